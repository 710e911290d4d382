//! The operator: whether it leads, how its work goes, and what it takes.

use super::panel::{graph, number};
use super::{Dashboard, OPERATOR, Row, choice, data_source};

pub(super) fn dashboard() -> Dashboard {
    Dashboard {
        uid: OPERATOR.to_owned(),
        title: "Shopkeeper / the operator".to_owned(),
        description: "The operator: whether it leads, how its work goes, and what it takes.",
        variables: vec![
            data_source(),
            choice(
                "namespace",
                "Namespace",
                "Where the operator runs",
                "label_values(shopkeeper_leader, namespace)",
                false,
            ),
        ],
        about: None,
        rows: vec![
            Row {
                title: "Is anybody looking after the shops?",
                panels: vec![
                    number("Does one process lead?", "short", "Processes that hold the Lease; one does the work, the others wait.")
                        .asks(r#"sum(shopkeeper_leader{namespace="$namespace"})"#, "leaders")
                        .bad_below(1.0)
                        .shows("the operator is scaled to nothing"),
                    number("Processes", "short", "Processes of the operator that Prometheus can ask.")
                        .asks(r#"count(shopkeeper_leader{namespace="$namespace"})"#, "processes")
                        .bad_below(1.0)
                        .shows("the operator is scaled to nothing"),
                    number("Shops", "short", "Shops that the leader looks after.")
                        .asks(r#"max(shopkeeper_shops{namespace="$namespace"})"#, "shops")
                        .shows("a Shop is deleted"),
                ],
            },
            Row {
                title: "How does its work go?",
                panels: vec![
                    graph("Reconciles", "ops", "Shops that were brought to what they say, per second, by how it ended. At rest each is looked at every five minutes.")
                        .asks(r#"sum by (outcome) (rate(shopkeeper_reconcile_duration_seconds_count{namespace="$namespace"}[RANGE]))"#, "{{outcome}}")
                        .shows("objects of a shop are deleted"),
                    graph("How long does a reconcile take?", "s", "Half of them, and 99 of 100, stay below.")
                        .asks(r#"histogram_quantile(0.5, sum by (le) (rate(shopkeeper_reconcile_duration_seconds_bucket{namespace="$namespace"}[RANGE])))"#, "half")
                        .asks(r#"histogram_quantile(0.99, sum by (le) (rate(shopkeeper_reconcile_duration_seconds_bucket{namespace="$namespace"}[RANGE])))"#, "99 of 100")
                        .bad_above(5.0)
                        .shows("objects of a shop are deleted"),
                    graph("What has to be tried again?", "ops", "Reconciles that failed, per second, by the reason.")
                        .asks(r#"sum by (reason) (rate(shopkeeper_reconcile_errors_total{namespace="$namespace"}[RANGE])) or vector(0)"#, "{{reason}}")
                        .bad_above(0.1)
                        .shows("a right of the operator is taken away"),
                    graph("What does it write?", "wps", "Writes to the Kubernetes API per second, by kind and verb. None at rest.")
                        .asks(r#"sum by (kind, verb) (rate(shopkeeper_api_writes_total{namespace="$namespace"}[RANGE])) or vector(0)"#, "{{verb}} {{kind}}")
                        .bad_above(10.0)
                        .shows("objects of a shop are deleted"),
                    graph("Conditions that are not as they should be", "short", "Shops by condition: those that are not True, and for Reconciling and Stalled those that are.")
                        .asks(r#"sum by (type) (1 - max by (namespace, shop, type) (shopkeeper_shop_condition{type!~"Reconciling|Stalled",status="True"}))"#, "not {{type}}")
                        .asks(r#"sum by (type) (max by (namespace, shop, type) (shopkeeper_shop_condition{type=~"Reconciling|Stalled",status="True"}))"#, "{{type}}")
                        .bad_above(1.0)
                        .shows("a part of a shop is down"),
                ],
            },
            Row {
                title: "What does it take?",
                panels: vec![
                    graph("Memory", "bytes", "Resident memory of each process. The chart's limit is 256 MiB.")
                        .asks(r#"process_resident_memory_bytes{namespace="$namespace"} and on (instance) shopkeeper_leader"#, "{{pod}}")
                        .worse_above(134_217_728.0, 241_591_910.0)
                        .shows("the operator is scaled to nothing"),
                    graph("CPU", "short", "Cores that each process takes.")
                        .asks(r#"rate(process_cpu_seconds_total{namespace="$namespace"}[RANGE]) and on (instance) shopkeeper_leader"#, "{{pod}}")
                        .bad_above(1.0)
                        .shows("objects of a shop are deleted"),
                    graph("How long has it been running?", "s", "Seconds since each process began.")
                        .asks(r#"time() - process_start_time_seconds{namespace="$namespace"} and on (instance) shopkeeper_leader"#, "{{pod}}")
                        .shows("the operator is killed"),
                ],
            },
        ],
    }
}
