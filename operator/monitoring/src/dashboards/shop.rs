//! One Shop: its journeys, its parts, its orders and stock, and what they hang on.

use super::panel::{Panel, graph, number};
use super::{Dashboard, Row, SHOP, choice, data_source};

pub(super) fn dashboard() -> Dashboard {
    Dashboard {
        uid: SHOP.to_owned(),
        title: "Shopkeeper / one shop".to_owned(),
        description: "One shop: its journeys, its parts, its orders and stock, and what they hang on.",
        variables: vec![
            data_source(),
            choice(
                "namespace",
                "Namespace",
                "Where the shop is",
                "label_values(shopkeeper_build_info{shop!=\"\"}, namespace)",
                false,
            ),
            choice(
                "shop",
                "Shop",
                "The shop that is shown",
                "label_values(shopkeeper_build_info{namespace=\"$namespace\",shop!=\"\"}, shop)",
                false,
            ),
        ],
        about: None,
        rows: vec![
            Row { title: "Journeys", panels: journeys() },
            Row { title: "Requests to each part", panels: requests() },
            Row { title: "Orders and stock", panels: business() },
            Row { title: "Feeds and circuits", panels: between_parts() },
            Row { title: "Databases", panels: databases() },
            Row { title: "Accounts and keys", panels: accounts() },
            Row { title: "Processes", panels: processes() },
        ],
    }
}

pub(super) fn capabilities() -> Panel {
    graph(
        "What can shoppers do now?",
        "short",
        "1 if the storefront says that shoppers can do this, 0 if not. It follows the circuits to the services.",
    )
    .asks("max by (capability) (shop_capability{SHOP})", "{{capability}}")
    .between(0.0, 1.0)
    .bad_below(1.0)
    .shows("the user service is stopped")
}

pub(super) fn budget_left() -> Panel {
    graph(
        "How much of the error budget is left?",
        "percentunit",
        "What is left of the failures that the promises of 30 days allow. Below nothing the promise is broken.",
    )
    .asks("shop:slo_budget_left:ratio{SHOP}", "{{journey}}, {{slo}}")
    .unbounded()
    .bad_below(0.0)
    .shows("the order service is stopped while shoppers buy")
}

pub(super) fn orders() -> Panel {
    graph("Orders per hour", "short", "Orders that came into each state, per hour.")
        .asks("3600 * sum by (state) (rate(shop_orders_total{SHOP}[RANGE]))", "{{state}}")
        .shows("the product service is stopped while shoppers buy")
}

pub(super) fn revenue() -> Panel {
    graph(
        "Revenue per hour",
        "short",
        "Totals of confirmed orders per hour, in minor units of the currency, such as cents. Cancelled ones are not taken off.",
    )
    .asks("3600 * sum by (currency) (rate(shop_revenue_minor_units_total{SHOP}[RANGE]))", "{{currency}}")
    .shows("the product service is stopped while shoppers buy")
}

pub(super) fn rate() -> Panel {
    graph("Requests", "reqps", "Requests that each part answers per second, API clients' included.")
        .asks("sum by (part) (rate(http_server_request_duration_seconds_count{SHOP}[RANGE]))", "{{part}}")
        .shows("a part is stopped")
}

pub(super) fn lag() -> Panel {
    graph(
        "How late are events?",
        "s",
        "Seconds since a part last had every event of a feed; 0 while it has them all.",
    )
    .asks("max by (part, feed) (shop_event_lag_seconds{SHOP})", "{{feed}} to {{part}}")
    .bad_above(60.0)
    .shows("the product service is stopped")
}

fn journeys() -> Vec<Panel> {
    vec![
        capabilities(),
        budget_left(),
        graph(
            "How fast is the error budget used?",
            "short",
            "Times faster than 30 days allow, over the last hour. Above 14.4 somebody is called.",
        )
        .asks(
            "shop:slo_failures:ratio_rate1h{SHOP} / shop:slo_error_budget:ratio{SHOP}",
            "{{journey}}, {{slo}}",
        )
        .worse_above(1.0, 14.4)
        .shows("the order service is stopped while shoppers buy"),
        graph("How often is each journey made?", "reqps", "Requests of each journey per second; of forms only what is sent.")
            .asks("shop:journey_requests:rate5m{SHOP}", "{{journey}}")
            .shows("the storefront is stopped"),
        graph(
            "Which promises are broken now?",
            "percentunit",
            "The share of a journey's requests in the last five minutes that failed, or were slower than promised.",
        )
        .asks("shop:slo_failures:ratio_rate5m{SHOP}", "{{journey}}, {{slo}}")
        .between(0.0, 1.0)
        .bad_above(0.01)
        .shows("the order service is stopped while shoppers buy"),
        graph("How long do shoppers wait?", "s", "What 99 of 100 answers of each page stay below; the ten slowest.")
            .asks(
                r#"topk(10, histogram_quantile(0.99, sum by (http_route, le) (rate(http_server_request_duration_seconds_bucket{SHOP,part="storefront"}[RANGE]))))"#,
                "{{http_route}}",
            )
            .bad_above(0.5)
            .shows("a service hangs"),
    ]
}

fn requests() -> Vec<Panel> {
    vec![
        rate(),
        graph(
            "Which part answers with errors?",
            "percentunit",
            "The share of each part's answers with a status of 500 or more.",
        )
        .asks(
            r#"sum by (part) (rate(http_server_request_duration_seconds_count{SHOP,http_response_status_code=~"5.."}[RANGE])) / sum by (part) (rate(http_server_request_duration_seconds_count{SHOP}[RANGE])) or sum by (part) (0 * rate(http_server_request_duration_seconds_count{SHOP}[RANGE]))"#,
            "{{part}}",
        )
        .between(0.0, 1.0)
        .bad_above(0.01)
        .shows("the order service is stopped while shoppers buy"),
        graph("How long do answers take?", "s", "What 99 of 100 answers of each part stay below.")
            .asks(
                "histogram_quantile(0.99, sum by (part, le) (rate(http_server_request_duration_seconds_bucket{SHOP}[RANGE])))",
                "{{part}}",
            )
            .bad_above(0.5)
            .shows("a service hangs"),
        graph("Requests under way", "short", "Requests that are being answered at the moment.")
            .asks("sum by (part) (http_server_active_requests{SHOP})", "{{part}}")
            .bad_above(64.0)
            .shows("a part is stopped"),
    ]
}

fn business() -> Vec<Panel> {
    vec![
        orders(),
        revenue(),
        graph(
            "How long does an order wait?",
            "s",
            "The age of the oldest order that is neither confirmed nor refused.",
        )
        .asks("max(shop_open_order_age_seconds{SHOP})", "oldest")
        .bad_above(600.0)
        .shows("the product service is stopped while shoppers buy"),
        graph("Reservations", "ops", "Orders that the product service answered, per second, by the answer.")
            .asks("sum by (outcome) (rate(shop_reservations_total{SHOP}[RANGE]))", "{{outcome}}")
            .shows("the product service is stopped while shoppers buy"),
        graph("How much of the catalogue is sold out?", "short", "Products by whether any piece is left.")
            .asks(r#"max(shop_products{SHOP,available="true"})"#, "available")
            .asks(r#"max(shop_products{SHOP,available="false"})"#, "sold out")
            .shows("the last piece of a product is sold"),
        graph("Stock-outs", "short", "Times within an hour that the last piece of a product went.")
            .asks("sum(increase(shop_stock_outs_total{SHOP}[1h]))", "stock-outs")
            .bad_above(1.0)
            .shows("the last piece of a product is sold"),
    ]
}

fn between_parts() -> Vec<Panel> {
    vec![
        lag(),
        graph("Events", "ops", "Events that took effect in each part, per second.")
            .asks("sum by (part, feed) (rate(shop_events_applied_total{SHOP}[RANGE]))", "{{feed}} to {{part}}")
            .shows("the product service is stopped while shoppers buy"),
        graph(
            "How old is the storefront's copy of the catalogue?",
            "s",
            "Seconds since the copy had everything. Shoppers see it while the product service is down.",
        )
        .asks("max(shop_catalogue_age_seconds{SHOP})", "age")
        .bad_above(60.0)
        .shows("the product service is stopped"),
        graph("Circuits", "short", "0: closed. 1: half-open, a call is tried. 2: open, nothing is sent to the service.")
            .asks("max by (peer) (shop_circuit_state{SHOP})", "{{peer}}")
            .between(0.0, 2.0)
            .worse_above(1.0, 2.0)
            .shows("the order service is stopped"),
        graph("How do calls to services end?", "reqps", "Calls of the storefront per second, by service and end.")
            .asks(
                "sum by (peer, outcome) (rate(http_client_request_duration_seconds_count{SHOP}[RANGE]))",
                "{{peer}}: {{outcome}}",
            )
            .shows("the order service is stopped"),
        graph("How long do calls to services take?", "s", "What 99 of 100 calls of the storefront stay below.")
            .asks(
                "histogram_quantile(0.99, sum by (peer, le) (rate(http_client_request_duration_seconds_bucket{SHOP}[RANGE])))",
                "{{peer}}",
            )
            .bad_above(1.0)
            .shows("a service hangs"),
    ]
}

fn databases() -> Vec<Panel> {
    vec![
        graph("Are connections left?", "percentunit", "The share of the connections of each service that are in use.")
            .asks(
                r#"max by (part) (sum by (part, instance) (db_client_connection_count{SHOP,db_client_connection_state="used"}) / sum by (part, instance) (db_client_connection_max{SHOP}))"#,
                "{{part}}",
            )
            .between(0.0, 1.0)
            .bad_above(0.9)
            .shows("the database hangs"),
        graph("Who waits for a connection?", "short", "Reads and writes that wait for their turn.")
            .asks("max by (part) (db_client_connection_pending_requests{SHOP})", "{{part}}")
            .bad_above(10.0)
            .shows("the database hangs"),
        graph("How long do reads and writes take?", "s", "What 99 of 100 stay below, the wait for a connection included.")
            .asks(
                "histogram_quantile(0.99, sum by (part, db_operation_name, le) (rate(db_client_operation_duration_seconds_bucket{SHOP}[RANGE])))",
                "{{part}}: {{db_operation_name}}",
            )
            .bad_above(0.1)
            .shows("the database hangs"),
        graph("Reads and writes", "ops", "Operations of each service per second.")
            .asks(
                "sum by (part, db_operation_name) (rate(db_client_operation_duration_seconds_count{SHOP}[RANGE]))",
                "{{part}}: {{db_operation_name}}",
            )
            .shows("a service is stopped"),
    ]
}

fn accounts() -> Vec<Panel> {
    vec![
        graph("Logins", "ops", "Logins per second, by how they ended.")
            .asks("sum by (result) (rate(shop_logins_total{SHOP}[RANGE]))", "{{result}}")
            .shows("the user service is stopped"),
        graph("Registrations per hour", "short", "Accounts that were made.")
            .asks("3600 * sum(rate(shop_registrations_total{SHOP}[RANGE]))", "accounts")
            .shows("the user service is stopped"),
        graph(
            "Who waits for a password to be hashed?",
            "short",
            "Requests that wait; only a few passwords are hashed at a time.",
        )
        .asks("sum(shop_password_hashes_waiting{SHOP})", "waiting")
        .bad_above(10.0)
        .shows("the user service is stopped"),
        number(
            "How old is the signing key?",
            "s",
            "The age of the key that signs tokens. Above a year an alert asks for another one.",
        )
        .asks("max(shop_signing_key_age_seconds{SHOP})", "age")
        .bad_above(31_536_000.0)
        .shows("the user service is stopped"),
    ]
}

fn processes() -> Vec<Panel> {
    vec![
        graph("How many processes answer?", "short", "Processes of each part that Prometheus can ask.")
            .asks("sum by (part) (up{SHOP})", "{{part}}")
            .bad_below(1.0)
            .shows("a part is stopped"),
        graph("Memory", "bytes", "Resident memory of each part's largest process.")
            .asks("max by (part) (process_resident_memory_bytes{SHOP})", "{{part}}")
            .shows("a part is stopped"),
        graph("CPU", "short", "Cores that each part takes.")
            .asks("sum by (part) (rate(process_cpu_seconds_total{SHOP}[RANGE]))", "{{part}}")
            .shows("a part is stopped"),
        graph(
            "How long have they been running?",
            "s",
            "Seconds since the youngest process of each part began.",
        )
        .asks("min by (part) (time() - process_start_time_seconds{SHOP})", "{{part}}")
        .shows("a part is killed"),
        graph("Open files", "short", "Open files and connections of each part's busiest process.")
            .asks("max by (part) (process_open_fds{SHOP})", "{{part}}")
            .bad_above(10_000.0)
            .shows("a part is stopped"),
    ]
}
