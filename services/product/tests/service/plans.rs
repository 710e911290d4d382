//! How the engines find what is asked for: by walking along an index, never by sorting everything.

use database::{AssertSqlSafe, Database, Engine};
use kit::TestDatabase;
use product::store::{Cursor, Filter, Listing, Sort};

const PRODUCTS: usize = 20_000;

/// A catalogue of many products, as the engine's statistics know it.
async fn many_products(database: &Database) {
    let insert = match database.engine() {
        Engine::Sqlite => format!(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {PRODUCTS}) \
             INSERT INTO products (slug, name, name_folded, price, category, description, image, stock, \
             version, revision, edited_revision) SELECT 'p-' || i, 'Tea ' || i, 'tea ' || i, i % 977, \
             'Category ' || (i % 8), '', '', CASE (i / 8) % 2 WHEN 0 THEN 'out' ELSE 'in_stock' END, 1, 1, 1 FROM n"
        ),
        Engine::Postgres => format!(
            "INSERT INTO products (slug, name, name_folded, price, category, description, image, stock, \
             version, revision, edited_revision) SELECT 'p-' || i, 'Tea ' || i, 'tea ' || i, i % 977, \
             'Category ' || (i % 8), '', '', CASE (i / 8) % 2 WHEN 0 THEN 'out' ELSE 'in_stock' END, 1, 1, 1 \
             FROM generate_series(1, {PRODUCTS}) AS n (i)"
        ),
    };
    let work = database.write(move |transaction| {
        Box::pin(async move {
            transaction.execute(AssertSqlSafe(insert), []).await?;
            let shelves = "INSERT INTO stock (product_id, restocked_total, reserved_total, sold_total) \
                           SELECT id, 0, 0, 0 FROM products";
            transaction.execute(shelves, []).await?;
            transaction.execute("ANALYZE", []).await
        })
    });
    work.await.expect("fill the catalogue");
}

/// The engine's plan, one step per line.
async fn plan(database: &Database, listing: &Listing) -> String {
    let (sql, values) = listing.statement();
    let (explain, column) = match database.engine() {
        Engine::Sqlite => ("EXPLAIN QUERY PLAN", "detail"),
        Engine::Postgres => ("EXPLAIN", "QUERY PLAN"),
    };
    let rows = database.fetch_all(AssertSqlSafe(format!("{explain} {sql}")), values).await.expect("explain");
    rows.iter().map(|row| row.get::<String>(column).unwrap() + "\n").collect()
}

kit::on_both_engines!(every_order_under_every_filter_walks_along_an_index);
async fn every_order_under_every_filter_walks_along_an_index(database: TestDatabase) {
    let url = database.url().parse().unwrap();
    let opened = Database::open(&url, &[feed::SCHEMA, product::SCHEMA]).await.unwrap();
    many_products(&opened).await;
    let after = Cursor::of(500, "tea 500".to_owned(), 500);
    for sort in [Sort::Age, Sort::Newest, Sort::Name, Sort::Price, Sort::PriceDescending] {
        for category in [None, Some("Category 7".to_owned())] {
            for in_stock in [None, Some(true), Some(false)] {
                for after in [None, Some(after.clone())] {
                    let filter = Filter { category: category.clone(), in_stock };
                    let listing = Listing { filter, sort, after, limit: 20 };
                    let plan = plan(&opened, &listing).await;
                    let sorts = plan.contains("Sort") || plan.contains("TEMP B-TREE");
                    let scans = plan.contains("Seq Scan") || plan.lines().any(|line| line == "SCAN p");
                    assert!(!sorts && (!scans || plan.contains("rowid")), "{listing:?} is found so:\n{plan}");
                }
            }
        }
    }
    opened.close().await;
}
