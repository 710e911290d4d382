//! Products by words.

use crate::harness::{Service, each, page};
use kit::{Engine, TestDatabase};
use serde_json::Value;

const CATALOGUE: &str = "\
sampler,Green Tea Sampler,900,Sets,\"Five teas in small bags.\",,\n\
green,Green Tea,500,Green tea,\"Grass and sea.\",,4\n\
sencha,Spring Sencha,1180,Green tea,\"Steamed, sweet.\",,0\n\
pot,Teapot of Iron,6400,Ware,\"For green tea, and for black.\",,\n\
darjeeling,First Flush Darjeeling,1450,Black tea,\"Muscat, 12cm leaves, first-flush.\",,\n\
oel,Öl für Müller,100,Käse,\"0.8 litres.\",,\n";

async fn found(service: &Service, query: &str) -> Vec<String> {
    let all = service.all(&format!("/api/products?{query}")).await;
    each(&all, "slug").into_iter().map(|slug| slug.as_str().unwrap().to_owned()).collect()
}

kit::on_both_engines!(the_name_ranks_before_the_category_and_that_before_the_description);
async fn the_name_ranks_before_the_category_and_that_before_the_description(database: TestDatabase) {
    let service = Service::start(database).await;
    service.import(CATALOGUE).await.expect(200);
    assert_eq!(found(&service, "q=green+tea").await, ["green", "sampler", "sencha", "pot"]);
    assert_eq!(found(&service, "q=GREEN").await, ["green", "sampler", "sencha", "pot"]);
    assert_eq!(found(&service, "q=green+tea&limit=1").await, ["green", "sampler", "sencha", "pot"]);
}

kit::on_both_engines!(every_word_must_be_there_and_the_last_may_be_a_beginning);
async fn every_word_must_be_there_and_the_last_may_be_a_beginning(database: TestDatabase) {
    let service = Service::start(database).await;
    service.import(CATALOGUE).await.expect(200);
    for (query, expected) in [
        ("q=darj", vec!["darjeeling"]),
        ("q=flush+first", vec!["darjeeling"]),
        ("q=first-flush", vec!["darjeeling"]),
        ("q=12cm", vec!["darjeeling"]),
        ("q=0.8", vec!["oel"]),
        ("q=m%C3%BCller", vec!["oel"]),
        ("q=tea+pot", vec![]),
        ("q=%C3%B6l+k%C3%A4se", vec!["oel"]),
        ("q=!!!", vec![]),
        ("q=++&limit=2&sort=name", vec!["darjeeling", "green", "sampler", "sencha", "pot", "oel"]),
    ] {
        assert_eq!(found(&service, query).await, expected, "{query}");
    }
}

kit::on_both_engines!(a_search_takes_the_filters_and_orders_of_a_list);
async fn a_search_takes_the_filters_and_orders_of_a_list(database: TestDatabase) {
    let service = Service::start(database).await;
    service.import(CATALOGUE).await.expect(200);
    for (query, expected) in [
        ("q=green&in_stock=true", vec!["green", "sampler", "pot"]),
        ("q=green&category=Green+tea", vec!["green", "sencha"]),
        ("q=green&sort=price", vec!["green", "sampler", "sencha", "pot"]),
        ("q=green&sort=-price&limit=3", vec!["pot", "sencha", "sampler", "green"]),
        ("q=green&sort=newest&limit=1", vec!["pot", "sencha", "green", "sampler"]),
        ("q=green&sort=name&limit=2", vec!["green", "sampler", "sencha", "pot"]),
    ] {
        assert_eq!(found(&service, query).await, expected, "{query}");
    }
}

kit::on_both_engines!(no_words_speak_to_the_engine);
async fn no_words_speak_to_the_engine(database: TestDatabase) {
    let service = Service::start(database).await;
    service.import(CATALOGUE).await.expect(200);
    for text in [
        "\"",
        "'",
        "*",
        "te*",
        "NEAR(green tea)",
        "name:green",
        "green OR sencha",
        "green AND",
        "-green",
        "^green",
        "(",
        ")",
        "green & | ! tea",
        "green:*",
        "<->",
        "\\",
        "{name} : green",
        "'; DROP TABLE products; --",
        "%_",
        "$1",
        "é",
        "茶",
        "🫖",
        "ﬁ",
        "a\u{301}",
        "½ ²",
        "İ",
    ] {
        let query: String =
            reqwest::Url::parse_with_params("http://x/", [("q", text)]).unwrap().query().unwrap().into();
        let answer = service.anonymous().get(&format!("/api/products?{query}")).send().await;
        answer.expect(200);
    }
    assert_eq!(found(&service, "q=name:green").await, Vec::<String>::new());
    assert_eq!(service.all("/api/products").await.len(), 6);
}

kit::on_both_engines!(what_is_edited_is_found_by_its_new_words_only);
async fn what_is_edited_is_found_by_its_new_words_only(database: TestDatabase) {
    let service = Service::start(database).await;
    service.import(CATALOGUE).await.expect(200);
    let id =
        service.anonymous().get("/api/product/pot").send().await.json()["result"]["id"].as_i64().unwrap();
    service.edit(id, serde_json::json!({"name": "Kettle", "description": "Hot."})).await.expect(200);
    assert_eq!(found(&service, "q=kettle").await, ["pot"]);
    assert_eq!(found(&service, "q=teapot").await, Vec::<String>::new());
}

kit::on_both_engines!(misspelt_names_are_found_where_the_server_can_tell);
async fn misspelt_names_are_found_where_the_server_can_tell(database: TestDatabase) {
    let engine = database.engine();
    let service = Service::start(database).await;
    service.import(CATALOGUE).await.expect(200);
    let expected: &[&str] = if engine == Engine::Postgres { &["darjeeling"] } else { &[] };
    assert_eq!(found(&service, "q=darjeling").await, expected);
    assert_eq!(found(&service, "q=zzzzqqqq").await, Vec::<String>::new());
}

kit::on_both_engines!(a_word_that_every_product_has_is_answered_from_a_bounded_number);
async fn a_word_that_every_product_has_is_answered_from_a_bounded_number(database: TestDatabase) {
    let service = Service::start(database).await;
    let lines: String = (0..1500).map(|number| format!("t-{number},Tea {number},1,,,,\n")).collect();
    service.import(&lines).await.expect(200);
    let (mut seen, mut path) = (Vec::new(), "/api/products?q=tea&limit=100".to_owned());
    loop {
        let (products, next) = page(service.anonymous(), &path).await;
        seen.extend(products);
        let Some(next) = next else { break };
        path = next;
        if seen.len() == 300 {
            service.add_tea("Tea that comes in between", None).await;
        }
    }
    let mut ids: Vec<_> = seen.iter().map(|product: &Value| product["id"].as_i64().unwrap()).collect();
    let shown = ids.len();
    ids.sort_unstable();
    ids.dedup();
    // The newcomer takes the place of the oldest candidate.
    assert_eq!((shown, ids.len()), (999, 999));
}
