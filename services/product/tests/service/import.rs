//! Many products at once, from a CSV file.

use crate::harness::{Service, each};
use kit::TestDatabase;
use serde_json::{Value, json};

kit::on_both_engines!(a_file_adds_new_products_and_updates_known_ones);
async fn a_file_adds_new_products_and_updates_known_ones(database: TestDatabase) {
    let service = Service::start(database).await;
    let id = service
        .add(json!({"slug": "pot", "name": "Pot", "price": 1, "stock_quantity": 2, "description": "Old."}))
        .await["id"]
        .as_i64()
        .unwrap();
    service.add_tea("Same", Some(3)).await;
    let lines = "pot,Iron Pot,200,Ware,,,\nsame,Same,100,,,,3\ncup,\"Cup, small\",300,Ware,=1+1,,7\n";
    let answer = service.import(lines).await.expect_json(200);
    let counts =
        json!({"message": "Products imported", "dry_run": false, "created": 1, "updated": 1, "unchanged": 1});
    assert_eq!(answer, counts);
    let pot = service.product(id).await;
    // An empty quantity leaves the stock; an empty description takes the old one away.
    assert_eq!(
        (&pot["name"], &pot["price"], &pot["stock_quantity"], &pot["description"], &pot["version"]),
        (&json!("Iron Pot"), &json!(200), &json!(2), &json!(""), &json!(2))
    );
    let cup = service.anonymous().get("/api/product/cup").send().await.expect_json(200)["result"].clone();
    assert_eq!((&cup["name"], &cup["description"]), (&json!("Cup, small"), &json!("=1+1")));
    let again = service.import(lines).await.expect_json(200);
    assert_eq!(
        (&again["created"], &again["updated"], &again["unchanged"]),
        (&json!(0), &json!(0), &json!(3))
    );
    let told = service.told().await;
    assert_eq!(
        told.iter().map(|event| event.data["id"].as_i64()).collect::<Vec<_>>(),
        [1, 2, 1, 3].map(Some)
    );
}

kit::on_both_engines!(a_dry_run_says_the_same_and_writes_nothing);
async fn a_dry_run_says_the_same_and_writes_nothing(database: TestDatabase) {
    let service = Service::start(database).await;
    service.add_tea("Pot", Some(2)).await;
    let file = "\u{feff}slug,name,price\r\npot,Pot,150\r\ncup,Cup,300\r\n";
    let dry = service.staff.post("/api/products/import?dry_run=true").body("text/csv; charset=utf-8", file);
    let counts = json!({"message": "Nothing was written", "dry_run": true, "created": 1, "updated": 1, "unchanged": 0});
    assert_eq!(dry.send().await.expect_json(200), counts);
    assert_eq!((service.all("/api/products").await.len(), service.told().await.len()), (1, 1));
    service.staff.post("/api/products/import").body("text/csv", file).send().await.expect(200);
    assert_eq!(service.all("/api/products").await.len(), 2);
}

kit::on_both_engines!(one_mistake_and_nothing_is_imported);
async fn one_mistake_and_nothing_is_imported(database: TestDatabase) {
    let service = Service::start(database).await;
    service.add_tea("Taken", None).await;
    for (lines, expected) in [
        (
            "a,A,1,,,,\n12,B,-1,,,ftp://x,x\n",
            vec![(3, "slug"), (3, "price"), (3, "image"), (3, "stock_quantity")],
        ),
        ("a,A,1,,,,\na,B,1,,,,\n", vec![(3, "slug")]),
        ("a,A,1,,,,\nb,TAKEN,1,,,,\n", vec![(3, "name")]),
        ("a,A,1\n", vec![(2, "")]),
    ] {
        for dry_run in ["false", "true"] {
            let header = "slug,name,price,category,description,image,stock_quantity";
            let path = format!("/api/products/import?dry_run={dry_run}");
            let request = service.staff.post(&path).body("text/csv", format!("{header}\n{lines}"));
            let problem = request.send().await.expect_problem(400);
            let errors = problem["errors"].as_array().unwrap();
            let places: Vec<_> = errors
                .iter()
                .map(|error| (error["line"].as_u64().unwrap(), error["column"].as_str().unwrap()))
                .collect();
            assert_eq!(places, expected);
            assert!(errors.iter().all(|error| error["message"].is_string()), "{problem}");
        }
    }
    assert_eq!(each(&service.all("/api/products").await, "slug"), ["taken"]);
}

kit::on_both_engines!(what_is_no_csv_or_too_large_is_refused);
async fn what_is_no_csv_or_too_large_is_refused(database: TestDatabase) {
    let service = Service::start(database).await;
    let send = async |content_type: &str, body: String| {
        service.staff.post("/api/products/import").body(content_type, body).send().await
    };
    send("application/json", "{}".into()).await.expect_problem(415);
    send("text/csv", String::new()).await.expect_problem(400);
    send("text/csv", "x".repeat(16 * 1024 * 1024 + 1)).await.expect_problem(413);
    let bad =
        service.staff.post("/api/products/import?dry_run=perhaps").body("text/csv", "slug,name,price\n");
    bad.send().await.expect_problem(400);
    let problem =
        send("text/csv", format!("slug,name,price\n{}", "!,x,y\n".repeat(1000))).await.expect_problem(400);
    assert_eq!(problem["errors"].as_array().unwrap().len(), 100);
}

kit::on_both_engines!(names_may_be_exchanged_within_a_file);
async fn names_may_be_exchanged_within_a_file(database: TestDatabase) {
    let service = Service::start(database).await;
    service.add_tea("Alpha", None).await;
    service.add_tea("Beta", None).await;
    service.import("alpha,Beta,1,,,,\nbeta,Alpha,1,,,,\ngamma,Gamma,1,,,,\n").await.expect(200);
    assert_eq!(each(&service.all("/api/products?sort=name").await, "slug"), ["beta", "alpha", "gamma"]);
    // A new product may have the name that another gives up.
    service.import("delta,Gamma,1,,,,\ngamma,Delta,1,,,,\n").await.expect(200);
    assert_eq!(each(&service.all("/api/products?q=gamma").await, "slug"), ["delta"]);
}

kit::on_both_engines!(a_large_file_is_imported_whole);
async fn a_large_file_is_imported_whole(database: TestDatabase) {
    let service = Service::start(database).await;
    let lines = |price: u32| -> String {
        (0..1234)
            .map(|number| format!("p-{number},Product {number},{price},C{},Text,,5\n", number % 7))
            .collect()
    };
    let counts =
        |answer: Value| [&answer["created"], &answer["updated"]].map(|count| count.as_u64().unwrap());
    assert_eq!(counts(service.import(&lines(1)).await.expect_json(200)), [1234, 0]);
    assert_eq!(counts(service.import(&lines(2)).await.expect_json(200)), [0, 1234]);
    assert_eq!(service.all("/api/products?limit=100").await.len(), 1234);
    assert!(service.books().await.iter().all(|books| books["restocked_total"] == 5));
}
