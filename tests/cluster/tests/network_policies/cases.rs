//! The table. `open` and `closed` are what must be so while the policies are in force; without them, all is open.

use serde_json::{Value, json};

use crate::town::{Policy, Town};

pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) policies: fn(&Town) -> Vec<Policy>,
    pub(crate) open: &'static [&'static str],
    pub(crate) closed: &'static [&'static str],
}

pub(crate) const CASES: &[Case] = &[
    Case {
        name: "default_deny_of_ingress_lets_nobody_in_from_wherever",
        policies: |_| vec![("shop", json!({"podSelector": {}, "policyTypes": ["Ingress"]}))],
        open: &["web > monitor:8080", "web > names"],
        closed: &[
            "order > web:8080",
            "product > web:8080",
            "monitor > web:8080",
            "monitor > udp web:8080",
            "order > service web",
        ],
    },
    Case {
        name: "default_deny_of_egress_lets_nothing_out_names_included",
        policies: |_| vec![("shop", json!({"podSelector": {}, "policyTypes": ["Egress"]}))],
        open: &["monitor > web:8080", "monitor > udp web:8080"],
        closed: &[
            "web > monitor:8080",
            "web > product:8080",
            "web > order:8080",
            "web > udp order:8080",
            "web > names",
        ],
    },
    Case {
        name: "default_deny_of_both_cuts_a_namespace_off",
        policies: nothing_in_or_out,
        open: &["monitor > names"],
        closed: &["monitor > web:8080", "web > monitor:8080", "order > product:8080", "order > names"],
    },
    Case {
        name: "a_rule_for_everybody_opens_what_default_deny_closes",
        policies: |_| {
            vec![
                ("shop", json!({"podSelector": {}, "policyTypes": ["Ingress", "Egress"]})),
                ("shop", json!({"podSelector": app("web"), "ingress": [{}]})),
                ("shop", json!({"podSelector": app("order"), "policyTypes": ["Egress"], "egress": [{}]})),
            ]
        },
        open: &[
            "order > web:8080",
            "monitor > web:8081",
            "monitor > udp web:8080",
            "order > monitor:8080",
            "order > names",
        ],
        closed: &["order > product:8080", "product > web:8080", "monitor > order:8080"],
    },
    Case {
        name: "a_policy_concerns_its_own_namespace_only",
        policies: |_| vec![("watch", json!({"podSelector": {}, "policyTypes": ["Ingress"]}))],
        open: &["order > web:8080", "monitor > web:8080"],
        closed: &["web > monitor:8080"],
    },
    Case {
        name: "a_policy_concerns_the_pods_that_it_selects",
        policies: |_| vec![("shop", json!({"podSelector": app("web"), "policyTypes": ["Ingress"]}))],
        open: &["order > product:8080", "web > product:8080"],
        closed: &["order > web:8080", "product > web:8080"],
    },
    Case {
        name: "pods_are_let_in_by_label",
        policies: |_| vec![("shop", to_web(json!([{"from": [{"podSelector": app("order")}]}])))],
        open: &["order > web:8080", "order > service web"],
        closed: &["product > web:8080", "monitor > web:8080"],
    },
    Case {
        name: "pods_are_let_in_by_expression",
        policies: |_| {
            vec![(
                "shop",
                to_web(json!([{"from": [{"podSelector": {"matchExpressions": [
                    {"key": "app", "operator": "NotIn", "values": ["order", "web"]},
                ]}}]}])),
            )]
        },
        open: &["product > web:8080"],
        closed: &["order > web:8080", "monitor > web:8080"],
    },
    Case {
        name: "all_pods_of_the_namespace_are_let_in_and_no_others",
        policies: |_| vec![("shop", to_web(json!([{"from": [{"podSelector": {}}]}])))],
        open: &["product > web:8080", "order > web:8080"],
        closed: &["monitor > web:8080"],
    },
    Case {
        name: "a_namespace_is_let_in_by_label",
        policies: |_| vec![("shop", to_web(json!([{"from": [{"namespaceSelector": team("watch")}]}])))],
        open: &["monitor > web:8080"],
        closed: &["order > web:8080", "product > web:8080"],
    },
    Case {
        name: "a_namespace_is_let_in_by_name",
        policies: |town| {
            vec![("shop", to_web(json!([{"from": [{"namespaceSelector": named(town.watch.name())}]}])))]
        },
        open: &["monitor > web:8080"],
        closed: &["order > web:8080"],
    },
    Case {
        name: "namespace_and_pod_in_one_peer_must_both_match",
        policies: |_| {
            vec![
                (
                    "shop",
                    to_web(
                        json!([{"from": [{"namespaceSelector": team("watch"), "podSelector": app("order")}]}]),
                    ),
                ),
                (
                    "shop",
                    json!({
                        "podSelector": app("product"),
                        "ingress": [{"from": [{"namespaceSelector": team("watch"), "podSelector": app("monitor")}]}],
                    }),
                ),
            ]
        },
        open: &["monitor > product:8080"],
        closed: &["monitor > web:8080", "order > web:8080", "order > product:8080"],
    },
    Case {
        name: "of_two_peers_one_is_enough",
        policies: |_| {
            vec![(
                "shop",
                to_web(json!([
                    {"from": [{"namespaceSelector": team("watch")}, {"podSelector": app("order")}]},
                ])),
            )]
        },
        open: &["monitor > web:8080", "order > web:8080"],
        closed: &["product > web:8080"],
    },
    Case {
        name: "a_port_is_open_for_its_protocol_alone",
        policies: |_| vec![("shop", to_web(json!([{"ports": [{"port": 8080}]}])))],
        open: &["order > web:8080", "product > web:8080"],
        closed: &["order > web:8081", "order > udp web:8080", "product > web:8081"],
    },
    Case {
        name: "a_udp_port_is_open_for_datagrams_alone",
        policies: |_| vec![("shop", to_web(json!([{"ports": [{"port": 8080, "protocol": "UDP"}]}])))],
        open: &["order > udp web:8080", "product > udp web:8080"],
        closed: &["order > web:8080", "order > udp web:8081"],
    },
    Case {
        name: "a_whole_protocol_is_open_without_a_port",
        policies: |_| vec![("shop", to_web(json!([{"ports": [{"protocol": "UDP"}]}])))],
        open: &["order > udp web:8080", "order > udp web:8081"],
        closed: &["order > web:8080", "order > web:8081"],
    },
    Case {
        name: "a_range_of_ports_is_open_with_both_ends",
        policies: |_| vec![("shop", to_web(json!([{"ports": [{"port": 8081, "endPort": 8082}]}])))],
        open: &["order > web:8081", "order > web:8082"],
        closed: &["order > web:8080", "order > web:8083", "order > udp web:8081"],
    },
    Case {
        name: "a_named_port_is_that_of_the_pod_that_is_asked",
        policies: |_| vec![("shop", json!({"podSelector": {}, "ingress": [{"ports": [{"port": "http"}]}]}))],
        open: &["order > web:8080", "web > order:8081", "web > product:8082"],
        closed: &["order > web:8081", "web > order:8080", "web > product:8080"],
    },
    Case {
        name: "a_named_port_outwards_is_that_of_each_pod_that_is_asked",
        policies: |_| {
            vec![(
                "shop",
                json!({
                    "podSelector": app("web"), "policyTypes": ["Egress"],
                    "egress": [{"to": [{"podSelector": {}}], "ports": [{"port": "http"}]}],
                }),
            )]
        },
        open: &["web > order:8081", "web > product:8082"],
        closed: &["web > order:8082", "web > product:8081", "web > monitor:8083"],
    },
    Case {
        name: "through_a_service_the_pods_port_counts",
        policies: |_| {
            vec![
                ("shop", to_web(json!([{"ports": [{"port": 8080}]}]))),
                ("shop", json!({"podSelector": app("order"), "ingress": [{"ports": [{"port": 80}]}]})),
            ]
        },
        open: &["monitor > service web", "product > service web"],
        closed: &["monitor > service order", "product > service order"],
    },
    Case {
        name: "a_block_is_let_in_but_for_its_exceptions",
        policies: |town| {
            vec![
                (
                    "shop",
                    to_web(json!([{"from": [{"ipBlock": {
                        "cidr": "0.0.0.0/0", "except": [only(town.address("order")), only(town.address("product"))],
                    }}]}])),
                ),
                (
                    "shop",
                    json!({
                        "podSelector": app("order"), "ingress": [{"from": [{"ipBlock": {"cidr": only(town.address("product"))}}]}],
                    }),
                ),
            ]
        },
        open: &["monitor > web:8080", "product > order:8080"],
        closed: &["order > web:8080", "product > web:8080", "web > order:8080", "monitor > order:8080"],
    },
    Case {
        name: "outwards_a_block_is_open_but_for_its_exceptions",
        policies: |town| {
            vec![(
                "shop",
                json!({
                    "podSelector": app("web"), "policyTypes": ["Egress"],
                    "egress": [{"to": [{"ipBlock": {"cidr": "0.0.0.0/0", "except": [only(town.address("order"))]}}]}],
                }),
            )]
        },
        open: &["web > product:8080", "web > monitor:8080", "web > names"],
        closed: &["web > order:8080", "web > service order"],
    },
    Case {
        name: "policies_add_up",
        policies: |_| {
            vec![
                ("shop", json!({"podSelector": {}, "policyTypes": ["Ingress"]})),
                (
                    "shop",
                    to_web(json!([{"from": [{"podSelector": app("order")}], "ports": [{"port": 8080}]}])),
                ),
                (
                    "shop",
                    to_web(json!([{"from": [{"podSelector": app("product")}], "ports": [{"port": 8081}]}])),
                ),
            ]
        },
        open: &["order > web:8080", "product > web:8081"],
        closed: &["order > web:8081", "product > web:8080", "monitor > web:8080", "monitor > product:8080"],
    },
    Case {
        name: "both_ends_must_agree",
        policies: |_| {
            vec![
                ("shop", to_web(json!([{"from": [{"podSelector": app("order")}]}]))),
                (
                    "shop",
                    json!({
                        "podSelector": {}, "policyTypes": ["Egress"], "egress": [{"to": [{"podSelector": app("web")}]}],
                    }),
                ),
            ]
        },
        open: &["order > web:8080"],
        closed: &["product > web:8080", "order > product:8080", "monitor > web:8080"],
    },
    Case {
        name: "answers_come_back_though_questions_may_not",
        policies: |_| {
            vec![
                ("shop", json!({"podSelector": {}, "policyTypes": ["Ingress", "Egress"]})),
                (
                    "shop",
                    json!({
                        "podSelector": app("web"), "policyTypes": ["Egress"], "egress": [{"to": [{"podSelector": app("order")}]}],
                    }),
                ),
                (
                    "shop",
                    json!({"podSelector": app("order"), "ingress": [{"from": [{"podSelector": app("web")}]}]}),
                ),
            ]
        },
        open: &["web > order:8080", "web > udp order:8080", "web > service order"],
        closed: &["order > web:8080", "order > udp web:8080"],
    },
    Case {
        name: "a_part_reaches_the_name_server_and_one_other_part",
        policies: |_| {
            vec![(
                "shop",
                json!({
                    "podSelector": app("web"), "policyTypes": ["Egress"],
                    "egress": [
                        {
                            "to": [{"namespaceSelector": named("kube-system"), "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}}}],
                            "ports": [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}],
                        },
                        {"to": [{"podSelector": app("order")}], "ports": [{"port": 8081}]},
                    ],
                }),
            )]
        },
        open: &["web > names", "web > order:8081", "web > service order"],
        closed: &["web > order:8080", "web > product:8080", "web > monitor:8080"],
    },
    Case {
        name: "a_pod_reaches_itself_through_its_service_whatever_is_forbidden",
        policies: nothing_in_or_out,
        open: &["web > service web"],
        closed: &["order > service web"],
    },
];

/// Neither way, for all pods of the shop.
pub(crate) fn nothing_in_or_out(_: &Town) -> Vec<Policy> {
    vec![("shop", json!({"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}))]
}

/// To web come pods of the role `friend`, wherever they are.
pub(crate) fn from_friends(_: &Town) -> Vec<Policy> {
    let friends = json!({"namespaceSelector": {}, "podSelector": {"matchLabels": {"role": "friend"}}});
    vec![("shop", to_web(json!([{"from": [friends]}])))]
}

/// To web come the pods of all namespaces.
pub(crate) fn from_all_pods(_: &Town) -> Vec<Policy> {
    vec![("shop", to_web(json!([{"from": [{"namespaceSelector": {}}]}])))]
}

/// To web come all but one pod.
pub(crate) fn from_all_but(town: &Town, pod: &str) -> Vec<Policy> {
    let others = json!({"ipBlock": {"cidr": "0.0.0.0/0", "except": [only(town.address(pod))]}});
    vec![("shop", to_web(json!([{"from": [others]}])))]
}

fn to_web(ingress: Value) -> Value {
    json!({"podSelector": app("web"), "ingress": ingress})
}

fn app(name: &str) -> Value {
    json!({"matchLabels": {"app": name}})
}

fn team(name: &str) -> Value {
    json!({"matchLabels": {"team": name}})
}

fn named(namespace: &str) -> Value {
    json!({"matchLabels": {"kubernetes.io/metadata.name": namespace}})
}

/// The block of one address.
fn only(address: &str) -> String {
    format!("{address}/32")
}
