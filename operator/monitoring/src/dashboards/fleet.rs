//! All Shops: which are not well, how much of their promises is left, and what they take.

use super::panel::{graph, number};
use super::{Dashboard, FLEET, Row, choice, data_source};

pub(super) fn dashboard() -> Dashboard {
    Dashboard {
        uid: FLEET.to_owned(),
        title: "Shopkeeper / all shops".to_owned(),
        description: "All shops of a cluster: which are not well, what their promises have left, and what they take.",
        variables: vec![
            data_source(),
            choice(
                "namespace",
                "Namespace",
                "The namespaces whose shops are shown",
                "label_values(shopkeeper_shop_condition, namespace)",
                true,
            ),
        ],
        about: None,
        rows: vec![
            Row {
                title: "Are the shops well?",
                panels: vec![
                    number("Shops", "short", "Shops that the operator knows, in the namespaces chosen.")
                        .asks(
                            r#"count(max by (namespace, shop) (shopkeeper_shop_condition{namespace=~"$namespace",type="Ready",status="True"}))"#,
                            "shops",
                        )
                        .shows("a Shop is deleted"),
                    number("Shops that are not ready", "short", "Their condition Ready is not True: something is being changed, or a part is down.")
                        .asks(
                            r#"sum(1 - max by (namespace, shop) (shopkeeper_shop_condition{namespace=~"$namespace",type="Ready",status="True"}))"#,
                            "not ready",
                        )
                        .bad_above(1.0)
                        .shows("a part of a shop is down"),
                    number("Shops that are stalled", "short", "They don't become well by themselves; the condition Stalled names the next step.")
                        .asks(
                            r#"sum(max by (namespace, shop) (shopkeeper_shop_condition{namespace=~"$namespace",type="Stalled",status="True"}))"#,
                            "stalled",
                        )
                        .bad_above(1.0)
                        .shows("a Secret that a Shop names is missing"),
                    graph("What can shoppers not do, and in how many shops?", "short", "Shops whose storefront says that shoppers cannot do this now.")
                        .asks(
                            r#"sum by (capability) (1 - max by (namespace, shop, capability) (shop_capability{namespace=~"$namespace"}))"#,
                            "{{capability}}",
                        )
                        .bad_above(1.0)
                        .shows("the user service of a shop is stopped"),
                    graph("Which shops miss processes?", "short", "Processes of each shop that Prometheus cannot ask.")
                        .asks(r#"topk(10, sum by (namespace, shop) (1 - up{namespace=~"$namespace",shop!=""}))"#, "{{namespace}}/{{shop}}")
                        .bad_above(1.0)
                        .shows("a process of a shop hangs"),
                    number("Alerts", "short", "Alerts about shops that are firing now, those for information aside.")
                        .asks(
                            r#"count(ALERTS{alertname=~"Shop.*",alertstate="firing",severity!="info"}) or vector(0)"#,
                            "alerts",
                        )
                        .bad_above(1.0)
                        .shows("a part of a shop is down"),
                ],
            },
            Row {
                title: "Do the shops keep their promises?",
                panels: vec![
                    graph("Whose error budget is nearly gone?", "percentunit", "What is left of the failures that 30 days allow, the ten lowest. Below nothing the promise is broken.")
                        .asks(
                            r#"bottomk(10, shop:slo_budget_left:ratio{namespace=~"$namespace"})"#,
                            "{{namespace}}/{{shop}} {{journey}}, {{slo}}",
                        )
                        .unbounded()
                        .bad_below(0.0)
                        .shows("the order service of a shop is stopped while shoppers buy"),
                    graph("Who uses up the error budget now?", "short", "How many times faster than 30 days allow, over the last hour; the ten highest.")
                        .asks(
                            r#"topk(10, shop:slo_failures:ratio_rate1h{namespace=~"$namespace"} / shop:slo_error_budget:ratio)"#,
                            "{{namespace}}/{{shop}} {{journey}}, {{slo}}",
                        )
                        .worse_above(1.0, 14.4)
                        .shows("the order service of a shop is stopped while shoppers buy"),
                    graph("Which shops answer with errors?", "percentunit", "The share of the storefront's answers with a status of 500 or more, the ten highest.")
                        .asks(
                            r#"topk(10, sum by (namespace, shop) (rate(http_server_request_duration_seconds_count{namespace=~"$namespace",part="storefront",http_response_status_code=~"5.."}[RANGE])) / sum by (namespace, shop) (rate(http_server_request_duration_seconds_count{namespace=~"$namespace",part="storefront"}[RANGE])) or sum by (namespace, shop) (0 * rate(http_server_request_duration_seconds_count{namespace=~"$namespace",part="storefront"}[RANGE])))"#,
                            "{{namespace}}/{{shop}}",
                        )
                        .between(0.0, 1.0)
                        .bad_above(0.01)
                        .shows("the order service of a shop is stopped while shoppers buy"),
                ],
            },
            Row {
                title: "What happens in them?",
                panels: vec![
                    graph("Which shops are visited most?", "reqps", "Requests to the storefront per second, the ten highest.")
                        .asks(
                            r#"topk(10, sum by (namespace, shop) (rate(http_server_request_duration_seconds_count{namespace=~"$namespace",part="storefront"}[RANGE])))"#,
                            "{{namespace}}/{{shop}}",
                        )
                        .shows("the storefront of a shop is stopped"),
                    graph("Orders per hour", "short", "Orders that were confirmed, per hour, the ten highest.")
                        .asks(
                            r#"topk(10, 3600 * sum by (namespace, shop) (rate(shop_orders_total{namespace=~"$namespace",state="confirmed"}[RANGE])))"#,
                            "{{namespace}}/{{shop}}",
                        )
                        .shows("the product service of a shop is stopped while shoppers buy"),
                    graph("Whose events lag?", "s", "Seconds since a process last had every event of a feed, the ten highest.")
                        .asks(
                            r#"topk(10, max by (namespace, shop) (shop_event_lag_seconds{namespace=~"$namespace"}))"#,
                            "{{namespace}}/{{shop}}",
                        )
                        .bad_above(60.0)
                        .shows("the product service of a shop is stopped"),
                    graph("Open circuits", "short", "Services that a storefront has given up on for now.")
                        .asks(
                            r#"sum by (namespace, shop) (max by (namespace, shop, peer) (shop_circuit_state{namespace=~"$namespace"}) > bool 0)"#,
                            "{{namespace}}/{{shop}}",
                        )
                        .bad_above(1.0)
                        .shows("the order service of a shop is stopped"),
                    graph("Memory of each shop", "bytes", "Resident memory of all processes of a shop, the ten highest.")
                        .asks(
                            r#"topk(10, sum by (namespace, shop) (process_resident_memory_bytes{namespace=~"$namespace",shop!=""}))"#,
                            "{{namespace}}/{{shop}}",
                        )
                        .shows("a part of a shop is stopped"),
                    graph("CPU of each shop", "short", "Cores that all processes of a shop take, the ten highest.")
                        .asks(
                            r#"topk(10, sum by (namespace, shop) (rate(process_cpu_seconds_total{namespace=~"$namespace",shop!=""}[RANGE])))"#,
                            "{{namespace}}/{{shop}}",
                        )
                        .shows("a part of a shop is stopped"),
                    graph("Versions", "short", "Processes of shops by the version that they run.")
                        .asks(r#"count by (version) (shopkeeper_build_info{namespace=~"$namespace",shop!=""})"#, "{{version}}")
                        .shows("a shop is upgraded"),
                ],
            },
        ],
    }
}
