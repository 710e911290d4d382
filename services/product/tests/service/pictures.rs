//! Pictures: sent by staff, shown to everybody.

use crate::harness::Service;
use kit::TestDatabase;

/// A picture of each kind, of 3 by 2 pixels.
const PICTURES: [(&str, &[u8]); 4] = [
    ("image/png", include_bytes!("../pictures/cup.png")),
    ("image/jpeg", include_bytes!("../pictures/cup.jpeg")),
    ("image/webp", include_bytes!("../pictures/cup.webp")),
    ("image/avif", include_bytes!("../pictures/cup.avif")),
];

kit::on_both_engines!(a_picture_is_kept_by_its_hash_and_shown_for_ever);
async fn a_picture_is_kept_by_its_hash_and_shown_for_ever(database: TestDatabase) {
    let service = Service::start(database).await;
    let id = service.add_tea("Assam", None).await;
    for (turn, (media_type, bytes)) in PICTURES.into_iter().enumerate() {
        // The kind is told by the bytes, not by the sender.
        let request =
            service.staff.put(&format!("/api/product/{id}/image")).body("application/octet-stream", bytes);
        let product = request.send().await.expect_json(200)["result"].clone();
        assert_eq!(product["version"], turn + 2);
        let link = product["image"].as_str().unwrap();
        let shown = service.anonymous().get("/api/product/assam").send().await.expect_json(200);
        assert_eq!(shown["result"]["image"], link);

        let picture = service.anonymous().get(link).send().await.expect(200);
        assert_eq!((picture.header("content-type"), picture.body.as_slice()), (media_type, bytes));
        assert_eq!(picture.header("x-content-type-options"), "nosniff");
        assert_eq!(picture.header("cache-control"), "public, max-age=31536000, immutable");
        let tag = picture.header("etag");
        let again = service.anonymous().get(link).header("if-none-match", tag).send().await;
        assert!(again.expect(304).body.is_empty());
    }
    assert_eq!(service.told().await.len(), 1 + PICTURES.len());
}

kit::on_both_engines!(what_is_no_picture_or_too_large_is_refused);
async fn what_is_no_picture_or_too_large_is_refused(database: TestDatabase) {
    let service = Service::start(database).await;
    let id = service.add_tea("Assam", None).await;
    let send = async |id: i64, bytes: Vec<u8>| {
        service.staff.put(&format!("/api/product/{id}/image")).body("image/png", bytes).send().await
    };
    let only_begun = PICTURES.map(|(_, bytes)| bytes[..16].to_vec());
    let others = [b"GIF89a".to_vec(), b"<svg onload=alert(1)>".to_vec(), Vec::new()];
    for wrong in only_begun.into_iter().chain(others) {
        send(id, wrong).await.expect_problem(415);
    }
    let mut largest = PICTURES[0].1.to_vec();
    largest.resize(512 * 1024, 0);
    send(id, largest.clone()).await.expect(200);
    largest.push(0);
    send(id, largest).await.expect_problem(413);
    send(99, PICTURES[0].1.to_vec()).await.expect_problem(404);
    assert_eq!(service.product(id).await["version"], 2);
}

kit::on_both_engines!(an_unknown_picture_is_404);
async fn an_unknown_picture_is_404(database: TestDatabase) {
    let service = Service::start(database).await;
    for hash in ["0".repeat(64), "x".into(), "A".repeat(64), "..%2F..%2Fetc%2Fpasswd".into()] {
        let problem = service.anonymous().get(&format!("/media/{hash}")).send().await.expect_problem(404);
        assert_eq!(problem["message"], "Cannot find picture");
    }
}
