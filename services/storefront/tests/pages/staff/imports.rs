//! Files are checked and imported.

use super::shop;
use crate::world::Mode;

const PATH: &str = "/staff/import";
const RIGHT: &str = "slug,name,price\ncup,Cup,100\npot,Pot,200\n";
const WRONG: &str = "slug,name,price\n!,Cup,100\n";

#[tokio::test]
async fn a_file_is_checked_and_then_imported_without_being_chosen_again() {
    let (shop, browser) = shop().await;
    let answer = browser.upload(PATH, &[("dry_run", "true")], "file", RIGHT.as_bytes()).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.says(&["The file is right", "<dd>2</dd>"]);
    assert!(shop.services.world.known().imported.is_empty());
    let kept = answer.field("kept").expect("the file is kept");

    let other = shop.browser();
    other.register("staff2").await;
    let answer = browser.post(PATH, &[("kept", &kept)]).await;
    assert_eq!(answer.status, 200);
    answer.says(&[
        "3 lines",
        "data-step=\"checked\"",
        "data-step=\"writing\"",
        "Products imported: 2 new, 0 updated, 0 unchanged.",
        "</html>",
    ]);
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
    assert!(answer.header("content-security-policy").contains("default-src 'none'"));
    assert_eq!(shop.services.world.known().imported, [RIGHT]);
    // Once it is imported, it is kept no longer.
    let answer = browser.post(PATH, &[("kept", &kept)]).await;
    assert_eq!(answer.status, 409);
    answer.says(&["Please choose it again."]);
}

#[tokio::test]
async fn mistakes_are_told_by_line_and_column_and_what_was_pasted_is_kept() {
    let (shop, browser) = shop().await;
    let check = browser.post(PATH, &[("text", WRONG), ("dry_run", "true")]).await;
    assert_eq!(check.status, 400);
    let import = browser.post(PATH, &[("text", WRONG)]).await;
    for answer in [&check, &import] {
        answer.says(&[
            "The file has mistakes",
            "<tr data-line=\"2\">",
            "<code>slug</code>",
            "must be 1 to 100 letters",
            "!,Cup,100",
            "<a href=\"#text\">",
            "</html>",
        ]);
    }
    import.says(&["data-step=\"stopped\""]);
    assert!(shop.services.world.known().imported.is_empty());
}

#[tokio::test]
async fn nothing_both_and_too_much_are_told_apart() {
    let (_shop, browser) = shop().await;
    let nothing = browser.upload(PATH, &[("text", " ")], "file", b"").await;
    assert_eq!(nothing.status, 400);
    nothing.says(&["Choose a file or paste some lines first.", "<a href=\"#file\">"]);
    let both = browser.upload(PATH, &[("text", RIGHT)], "file", RIGHT.as_bytes()).await;
    assert_eq!(both.status, 400);
    both.says(&["not both", "cup,Cup,100"]);
    let large = vec![b'x'; 16 * 1024 * 1024 + 1];
    let large = browser.upload(PATH, &[], "file", &large).await;
    assert_eq!(large.status, 413);
    large.says(&["more than 16 MiB", "id=\"file-error\""]);
}

#[tokio::test]
async fn a_large_file_goes_through() {
    let (shop, browser) = shop().await;
    let mut file = "slug,name,price,description\n".to_owned();
    let line = format!("cup,Cup,100,{}\n", "d".repeat(300));
    file.push_str(&line.repeat(10_000));
    let answer = browser.upload(PATH, &[], "file", file.as_bytes()).await;
    answer.says(&["10001 lines", "10000 new"]);
    assert_eq!(shop.services.world.known().imported.len(), 1);
}

#[tokio::test]
async fn a_lost_answer_says_that_sending_again_is_safe() {
    let (shop, browser) = shop().await;
    shop.services.product.behave(Mode::Failing);
    let answer = browser.post(PATH, &[("text", RIGHT)]).await;
    answer.says(&["nothing was imported", "Send the same file again"]);
    let kept = answer.field("kept").expect("the file is kept");
    shop.until_health("product", "down").await;
    let check = browser.post(PATH, &[("text", RIGHT), ("dry_run", "true")]).await;
    assert_eq!(check.status, 503);
    check.says(&["The product service does not answer", "cup,Cup,100"]);
    shop.services.product.behave(Mode::Up);
    shop.until_health("product", "up").await;
    browser.post(PATH, &[("kept", &kept)]).await.says(&["Products imported: 2 new"]);
}
