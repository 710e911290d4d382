//! The kinds of objects that a shop consists of, in the order in which they are applied.

use kube::core::{ApiResource, GroupVersionKind};

/// A kind of object. Whatever an object refers to comes before it: accounts, files, rules of the network and volumes
/// before the Pods that need them; ways in come last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    ServiceAccount,
    Secret,
    ConfigMap,
    NetworkPolicy,
    PersistentVolumeClaim,
    Service,
    StatefulSet,
    Deployment,
    PodDisruptionBudget,
    HorizontalPodAutoscaler,
    Ingress,
    HttpRoute,
    ServiceMonitor,
    PrometheusRule,
    /// Never applied, but looked at: what is wrong with a part is told by its Pods.
    Pod,
}

impl Kind {
    /// All of them, in order.
    pub const ALL: [Self; 15] = [
        Self::ServiceAccount,
        Self::Secret,
        Self::ConfigMap,
        Self::NetworkPolicy,
        Self::PersistentVolumeClaim,
        Self::Service,
        Self::StatefulSet,
        Self::Deployment,
        Self::PodDisruptionBudget,
        Self::HorizontalPodAutoscaler,
        Self::Ingress,
        Self::HttpRoute,
        Self::ServiceMonitor,
        Self::PrometheusRule,
        Self::Pod,
    ];

    /// As manifests have it.
    pub fn name(self) -> &'static str {
        self.parts().2
    }

    /// As manifests have it: `apps/v1`.
    pub fn api_version(self) -> String {
        self.resource().api_version
    }

    /// Whether a cluster may lack it.
    pub fn is_optional(self) -> bool {
        matches!(self, Self::HttpRoute | Self::ServiceMonitor | Self::PrometheusRule)
    }

    /// Whether it runs Pods.
    pub fn is_workload(self) -> bool {
        matches!(self, Self::StatefulSet | Self::Deployment)
    }

    /// Whether it holds what can't be made again: it outlives a Shop with `deletionPolicy: Retain`.
    pub fn holds_data(self) -> bool {
        matches!(self, Self::PersistentVolumeClaim | Self::Secret)
    }

    /// How the API server knows it.
    pub fn resource(self) -> ApiResource {
        let (group, version, kind, plural) = self.parts();
        ApiResource::from_gvk_with_plural(&GroupVersionKind::gvk(group, version, kind), plural)
    }

    fn parts(self) -> (&'static str, &'static str, &'static str, &'static str) {
        match self {
            Self::ServiceAccount => ("", "v1", "ServiceAccount", "serviceaccounts"),
            Self::Secret => ("", "v1", "Secret", "secrets"),
            Self::ConfigMap => ("", "v1", "ConfigMap", "configmaps"),
            Self::NetworkPolicy => ("networking.k8s.io", "v1", "NetworkPolicy", "networkpolicies"),
            Self::PersistentVolumeClaim => ("", "v1", "PersistentVolumeClaim", "persistentvolumeclaims"),
            Self::Service => ("", "v1", "Service", "services"),
            Self::StatefulSet => ("apps", "v1", "StatefulSet", "statefulsets"),
            Self::Deployment => ("apps", "v1", "Deployment", "deployments"),
            Self::PodDisruptionBudget => ("policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets"),
            Self::HorizontalPodAutoscaler => {
                ("autoscaling", "v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers")
            }
            Self::Ingress => ("networking.k8s.io", "v1", "Ingress", "ingresses"),
            Self::HttpRoute => ("gateway.networking.k8s.io", "v1", "HTTPRoute", "httproutes"),
            Self::ServiceMonitor => ("monitoring.coreos.com", "v1", "ServiceMonitor", "servicemonitors"),
            Self::PrometheusRule => ("monitoring.coreos.com", "v1", "PrometheusRule", "prometheusrules"),
            Self::Pod => ("", "v1", "Pod", "pods"),
        }
    }
}
