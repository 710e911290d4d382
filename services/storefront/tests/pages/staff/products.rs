//! Products are made and changed.

use serde_json::json;

use super::shop;
use crate::world::Mode;

const CUP: [(&str, &str); 7] = [
    ("name", "Cup <blue>"),
    ("slug", "cup"),
    ("price", "14,50"),
    ("category", "Teaware"),
    ("description", "Holds tea.\r\nMostly."),
    ("image", ""),
    ("stock_quantity", "12"),
];

fn with<'a>(form: &[(&'a str, &'a str)], changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let kept = form.iter().filter(|(name, _)| changes.iter().all(|(other, _)| other != name));
    kept.chain(changes).copied().collect()
}

#[tokio::test]
async fn a_product_is_made_with_its_price_in_major_units() {
    let (shop, browser) = shop().await;
    let answer = browser.post_and_follow("/staff/products/new", &CUP).await;
    answer.says(&["The product was created.", "value=\"Cup <blue>\"", "value=\"14.50\"", "value=\"12\""]);
    let known = shop.services.world.known();
    let cup = known.products.last().expect("the cup");
    assert_eq!((cup.price, cup.stock_quantity), (1450, Some(12)));
    assert_eq!(cup.description, "Holds tea.\nMostly.");
}

#[tokio::test]
async fn a_form_that_is_wrong_comes_back_as_it_was_typed() {
    let (shop, browser) = shop().await;
    let form = with(&CUP, &[("price", "1,450.00"), ("slug", "no slug"), ("stock_quantity", "some")]);
    let answer = browser.post("/staff/products/new", &form).await;
    assert_eq!(answer.status, 400);
    answer.says(&[
        "id=\"errors\"",
        "<a href=\"#price\">",
        "<a href=\"#slug\">",
        "<a href=\"#stock_quantity\">",
        "value=\"1,450.00\"",
        "value=\"no slug\"",
        "Holds tea.",
        "aria-describedby=\"price-error price-hint\"",
    ]);
    let form = with(&CUP, &[("slug", "sencha")]);
    let answer = browser.post("/staff/products/new", &form).await;
    assert_eq!(answer.status, 409);
    answer.says(&["Another product has this slug.", "value=\"sencha\""]);
    assert_eq!(shop.services.world.known().products.len(), 3);
}

#[tokio::test]
async fn only_what_was_typed_is_changed_and_the_stock_only_if_it_was_typed() {
    let (shop, browser) = shop().await;
    shop.services.world.known().products[0].stock_quantity = Some(10);
    let page = browser.get("/staff/products/1").await;
    assert_eq!(page.field("version").as_deref(), Some("1"));
    assert_eq!(page.field("shown_stock").as_deref(), Some("10"));
    // Somebody buys two while the form is open.
    shop.services.world.known().products[0].stock_quantity = Some(8);
    let form = [
        ("name", "Sencha <Uji>"),
        ("slug", "sencha"),
        ("price", "15"),
        ("category", "Green tea"),
        ("description", "All about Sencha <Uji>."),
        ("image", "/assets/tea-house/sencha.webp"),
        ("stock_quantity", "10"),
        ("version", "1"),
        ("shown_stock", "10"),
    ];
    browser.post_and_follow("/staff/products/1", &form).await.says(&["The product was saved."]);
    let known = shop.services.world.known();
    assert_eq!(known.edits, [json!({"price": 1500})]);
    assert_eq!(known.products[0].stock_quantity, Some(8));
}

#[tokio::test]
async fn nobody_overwrites_what_somebody_else_has_changed() {
    let (shop, browser) = shop().await;
    let form = [
        ("name", "Sencha <Uji>"),
        ("slug", "sencha"),
        ("price", "14.50"),
        ("category", "Green tea"),
        ("description", "Mine."),
        ("image", "/assets/tea-house/sencha.webp"),
        ("stock_quantity", ""),
        ("version", "1"),
        ("shown_stock", ""),
    ];
    {
        let mut known = shop.services.world.known();
        known.products[0].description = "Theirs.".to_owned();
        known.products[0].price = 1999;
        known.products[0].version = 2;
    }
    let answer = browser.post("/staff/products/1", &form).await;
    assert_eq!(answer.status, 409);
    answer.says(&["Changed by somebody else", "Theirs.", "Mine.", "19.99", "14.50"]);
    assert_eq!(answer.field("version").as_deref(), Some("2"));
    assert_eq!(shop.services.world.known().products[0].description, "Theirs.");
    // Having seen both, one's own is put in place.
    let again = with(&form, &[("version", "2")]);
    browser.post_and_follow("/staff/products/1", &again).await.says(&["The product was saved."]);
    let known = shop.services.world.known();
    assert_eq!((known.products[0].description.as_str(), known.products[0].price), ("Mine.", 1450));
}

#[tokio::test]
async fn a_stock_that_moved_while_it_was_typed_is_asked_about_again() {
    let (shop, browser) = shop().await;
    shop.services.world.known().products[0].stock_quantity = Some(8);
    let form = [
        ("name", "Sencha <Uji>"),
        ("slug", "sencha"),
        ("price", "14.50"),
        ("category", "Green tea"),
        ("description", "All about Sencha <Uji>."),
        ("image", "/assets/tea-house/sencha.webp"),
        ("stock_quantity", "20"),
        ("version", "1"),
        ("shown_stock", "10"),
    ];
    let answer = browser.post("/staff/products/1", &form).await;
    assert_eq!(answer.status, 409);
    assert_eq!(answer.field("shown_stock").as_deref(), Some("8"));
    assert_eq!(answer.field("stock_quantity").as_deref(), Some("20"));
    let again = with(&form, &[("shown_stock", "8")]);
    browser.post_and_follow("/staff/products/1", &again).await;
    assert_eq!(shop.services.world.known().edits, [json!({"stock_quantity": 20})]);
}

#[tokio::test]
async fn what_cannot_be_saved_is_kept_and_can_be_sent_again() {
    let (shop, browser) = shop().await;
    shop.services.product.behave(Mode::Mute);
    let answer = browser.post("/staff/products/new", &CUP).await;
    assert_eq!(answer.status, 503);
    answer.says(&["We do not know whether this was saved", "value=\"14,50\"", "Holds tea."]);
    assert_eq!(answer.field("retry").as_deref(), Some("true"));
    assert_eq!(answer.header("retry-after"), "2");
    // It was made, and the second attempt finds it.
    shop.services.product.behave(Mode::Up);
    shop.until_health("product", "up").await;
    let again = with(&CUP, &[("retry", "true")]);
    browser.post_and_follow("/staff/products/new", &again).await.says(&["The product was created."]);
    assert_eq!(shop.services.world.known().products.len(), 4);
}

#[tokio::test]
async fn a_picture_is_sent_and_what_is_none_is_refused() {
    let (shop, browser) = shop().await;
    for (bytes, status, said) in [
        (b"\x89PNG\r\n\x1a\n".to_vec(), 303, ""),
        (b"GIF89a".to_vec(), 415, "This is not a PNG"),
        (Vec::new(), 400, "Choose a file first."),
        (vec![0x89; 512 * 1024 + 1], 413, "more than 512 KiB"),
        (vec![0x89; 3 * 1024 * 1024], 413, "more than 512 KiB"),
    ] {
        let answer = browser.upload("/staff/products/1/picture", &[], "picture", &bytes).await;
        assert_eq!(answer.status, status, "{} bytes: {}", bytes.len(), answer.text);
        answer.says(&[said]);
        if status == 303 {
            browser.get(answer.location()).await.says(&["The picture was saved.", "/media/abab"]);
        } else {
            answer.says(&["<a href=\"#picture\">", "id=\"picture-error\"", "/media/abab"]);
        }
    }
    assert!(shop.services.world.known().products[0].image.starts_with("/media/"));
}

#[tokio::test]
async fn the_list_shows_numbers_and_keeps_what_was_looked_for() {
    let (shop, browser) = shop().await;
    shop.services.world.known().products[0].stock_quantity = Some(1);
    let answer = browser.get("/staff/products?q=sen&sort=-price&in_stock=true&category=Green+tea").await;
    answer.says(&[
        "1 piece",
        "value=\"sen\"",
        "<option value=\"-price\" selected>",
        "<option selected>Green tea",
    ]);
    answer.says_nothing_of(&["Matcha"]);
    browser.get("/staff/products?q=nothing").await.says(&["No product fits"]);
    // Words that are no choice are none.
    assert_eq!(browser.get("/staff/products?sort=colour&in_stock=maybe").await.status, 200);
}
