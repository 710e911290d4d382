//! The catalogue, a page at a time.

use crate::harness::{Service, each, page};
use kit::{TestDatabase, http::wrong_fields};
use serde_json::{Value, json};
use std::collections::HashSet;

/// Sixty products: prices repeat, a third is out of stock, four categories.
async fn sixty_products(service: &Service) {
    let lines: String = (0..60)
        .map(|number| {
            let name = format!("{} {number}", ["Zest", "amber", "Öl", "Beta", "äther"][number % 5]);
            let (price, category) = (number * 37 % 11, number * 7 % 4);
            let stock = ["", "0", "3"][number % 3];
            format!("p-{number},{name},{price},Category {category},,,{stock}\n")
        })
        .collect();
    service.import(&lines).await.expect(200);
}

kit::on_both_engines!(every_order_under_every_filter_shows_each_product_once_and_in_order);
async fn every_order_under_every_filter_shows_each_product_once_and_in_order(database: TestDatabase) {
    let service = Service::start(database).await;
    sixty_products(&service).await;
    let all = service.all("/api/products").await;
    assert_eq!(each(&all, "id"), (1..=60).map(|id| json!(id)).collect::<Vec<_>>().iter().collect::<Vec<_>>());
    for sort in ["", "name", "price", "-price", "newest"] {
        for category in ["", "Category 2", "none such"] {
            for in_stock in ["", "true", "false"] {
                let mut expected: Vec<&Value> = all
                    .iter()
                    .filter(|product| category.is_empty() || product["category"] == category)
                    .filter(|product| {
                        in_stock.is_empty() || (product["stock"] != "out") == (in_stock == "true")
                    })
                    .collect();
                let key = |product: &Value| (product["price"].as_i64(), product["id"].as_i64());
                match sort {
                    "name" => {
                        expected.sort_by_key(|product| product["name"].as_str().unwrap().to_lowercase())
                    }
                    "price" => expected.sort_by_key(|product| key(product)),
                    "-price" => expected.sort_by_key(|product| std::cmp::Reverse(key(product))),
                    "newest" => expected.reverse(),
                    _ => {}
                }
                let mut path = format!("/api/products?limit=7&category={category}");
                for (name, value) in [("sort", sort), ("in_stock", in_stock)] {
                    if !value.is_empty() {
                        path += &format!("&{name}={value}");
                    }
                }
                let listed = service.all(&path).await;
                assert_eq!(
                    each(&listed, "id"),
                    expected.iter().map(|p| &p["id"]).collect::<Vec<_>>(),
                    "{path}"
                );
            }
        }
    }
}

kit::on_both_engines!(differs_lists_are_paged_by_links_that_keep_the_other_parameters);
async fn differs_lists_are_paged_by_links_that_keep_the_other_parameters(database: TestDatabase) {
    let service = Service::start(database).await;
    sixty_products(&service).await;
    let path = "/api/products?in_stock=true&sort=-price&limit=4&category=Category%201";
    let (first, next) = page(service.anonymous(), path).await;
    let next = next.expect("there are more");
    for kept in ["in_stock=true", "sort=-price", "limit=4", "category=Category+1", "after="] {
        assert!(next.contains(kept), "{kept} is not in {next}");
    }
    let (second, _) = page(service.anonymous(), &next).await;
    assert_eq!((first.len(), second.len()), (4, 4));
    assert!(first[3]["price"].as_i64() >= second[0]["price"].as_i64());
    // A page that ends exactly with the list has no link.
    assert!(page(service.anonymous(), "/api/products?limit=60").await.1.is_none());
    assert_eq!(page(service.anonymous(), "/api/products?limit=59").await.0.len(), 59);
}

kit::on_both_engines!(products_that_come_meanwhile_neither_repeat_nor_hide_others);
async fn products_that_come_meanwhile_neither_repeat_nor_hide_others(database: TestDatabase) {
    let service = Service::start(database).await;
    sixty_products(&service).await;
    for sort in ["name", "price", "-price", "newest"] {
        let before = service.all("/api/products").await;
        let (mut seen, mut path) = (Vec::new(), format!("/api/products?limit=9&sort={sort}"));
        for turn in 0.. {
            let (products, next) = page(service.anonymous(), &path).await;
            seen.extend(products.iter().map(|product| product["id"].as_i64().unwrap()));
            let Some(next) = next else { break };
            path = next;
            let name = format!("{} new {sort} {turn}", ["a", "m", "z"][turn % 3]);
            let slug = name.replace(' ', "-");
            service.add(json!({"slug": slug, "name": name, "price": turn % 11})).await;
        }
        let distinct: HashSet<_> = seen.iter().copied().collect();
        assert_eq!(distinct.len(), seen.len(), "{sort}: something was shown twice");
        for product in &before {
            assert!(distinct.contains(&product["id"].as_i64().unwrap()), "{sort}: {product} was skipped");
        }
    }
}

kit::on_both_engines!(bad_query_values_are_400_naming_every_one);
async fn bad_query_values_are_400_naming_every_one(database: TestDatabase) {
    let service = Service::start(database).await;
    sixty_products(&service).await;
    let (_, next) = page(service.anonymous(), "/api/products?sort=name&limit=2").await;
    let cursor = next.unwrap().split("after=").nth(1).unwrap().to_owned();
    for (query, wrong) in [
        ("limit=0", vec!["limit"]),
        ("limit=101", vec!["limit"]),
        ("limit=ten", vec!["limit"]),
        ("sort=colour", vec!["sort"]),
        ("sort=relevance", vec!["sort"]),
        ("in_stock=maybe", vec!["in_stock"]),
        ("after=7", vec!["after"]),
        ("after=%00", vec!["after"]),
        // ["name", {"number": 0, "text": "\u0000", "id": 1}]
        ("sort=name&after=WyJuYW1lIix7Im51bWJlciI6MCwidGV4dCI6Ilx1MDAwMCIsImlkIjoxfV0", vec!["after"]),
        (&format!("sort=price&after={cursor}"), vec!["after"]),
        ("category=a%E2%80%AEb", vec!["category"]),
        (&format!("q={}", "x".repeat(201)), vec!["q"]),
        ("limit=0&in_stock=1&sort=x", vec!["limit", "in_stock", "sort"]),
    ] {
        let problem =
            service.anonymous().get(&format!("/api/products?{query}")).send().await.expect_problem(400);
        assert_eq!(wrong_fields(&problem), wrong, "{query}");
    }
}

kit::on_both_engines!(a_list_that_has_not_changed_is_304);
async fn a_list_that_has_not_changed_is_304(database: TestDatabase) {
    let service = Service::start(database).await;
    sixty_products(&service).await;
    for client in [service.anonymous(), &service.staff] {
        for path in ["/api/products?limit=3", "/api/products?q=beta"] {
            let tag = client.get(path).send().await.expect(200).header("etag").to_owned();
            assert!(tag.starts_with('"') && tag.ends_with('"'), "{tag}");
            let ask = async || client.get(path).header("if-none-match", &tag).send().await;
            assert!(ask().await.expect(304).body.is_empty());
        }
    }
    let tag = service.anonymous().get("/api/products?limit=3").send().await.header("etag").to_owned();
    service.edit(2, json!({"price": 999})).await.expect(200);
    let ask = service.anonymous().get("/api/products?limit=3").header("if-none-match", &tag);
    assert_eq!(ask.send().await.expect_json(200)["results"][1]["price"], 999);
}
