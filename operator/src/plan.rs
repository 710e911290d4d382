//! The second stage: what a Shop is to consist of, in its own words rather than in those of Kubernetes.

mod volumes;

use shop::Autoscaling;

use crate::component::{Component, Part};
use crate::observe::Observed;
use crate::settings::Settings;

pub use volumes::{Volume, VolumeState};

/// Where the data of a Shop lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// A file on a volume per service.
    Sqlite,
    /// A PostgreSQL per service, run by the operator.
    Postgres,
    /// Somebody else's PostgreSQL.
    External,
}

/// How many processes of a part run.
#[derive(Clone, Debug, PartialEq)]
pub enum Replicas {
    Fixed(i32),
    Autoscaled(Autoscaling),
}

/// What a Shop is to consist of.
#[derive(Clone, Debug)]
pub struct Plan {
    pub version: String,
    pub engine: Engine,
    pub volumes: Vec<Volume>,
    pub url: String,
    sizes: [(Part, Replicas); 4],
}

impl Plan {
    /// What the Shop wants, given what there is.
    pub fn of(observed: &Observed, settings: &Settings) -> Self {
        let spec = &observed.spec;
        let engine = if spec.database.postgres.is_some() {
            Engine::Postgres
        } else if spec.database.external.is_some() {
            Engine::External
        } else {
            Engine::Sqlite
        };
        let size = |part: Part| {
            let size = part.size(&spec.parts);
            match size.and_then(|size| size.autoscaling.clone()) {
                Some(autoscaling) => Replicas::Autoscaled(autoscaling),
                None => Replicas::Fixed(size.and_then(|size| size.replicas).unwrap_or(1)),
            }
        };
        Self {
            version: spec.version.clone().unwrap_or_else(|| settings.image_tag.clone()),
            engine,
            volumes: volumes::of(observed, engine),
            url: url(observed),
            sizes: Part::ALL.map(|part| (part, size(part))),
        }
    }

    /// How many processes of a part run.
    pub fn replicas(&self, part: Part) -> &Replicas {
        let of_part = self.sizes.iter().find(|(other, _)| *other == part);
        &of_part.expect("every part has a size").1
    }

    /// Everything that runs, in the order in which it changes: databases, then who is asked before who asks.
    pub fn components(&self) -> Vec<Component> {
        let servers = Part::SERVICES.into_iter().map(Component::Postgres);
        let servers = servers.filter(|_| self.engine == Engine::Postgres);
        servers.chain(Part::ALL.into_iter().map(Component::Part)).collect()
    }

    /// Whether it has a volume, so that it stays on its node, and one process ends before the next begins.
    pub fn has_volume(&self, component: Component) -> bool {
        match component {
            Component::Postgres(_) => true,
            Component::Part(part) => self.engine == Engine::Sqlite && part.is_service(),
        }
    }
}

impl Replicas {
    /// Whether there is ever more than one.
    pub fn may_be_several(&self) -> bool {
        match self {
            Self::Fixed(count) => *count > 1,
            Self::Autoscaled(autoscaling) => autoscaling.max_replicas > 1,
        }
    }
}

/// Where shoppers find the shop.
fn url(observed: &Observed) -> String {
    let (spec, exposure) = (&observed.spec, &observed.spec.exposure);
    match (&spec.host, &exposure.ingress, &exposure.gateway) {
        (Some(host), Some(ingress), _) if ingress.tls_secret_name.is_none() => format!("http://{host}"),
        // What a Gateway's listener speaks is its own affair; whoever exposes a shop there has TLS.
        (Some(host), Some(_), _) | (Some(host), _, Some(_)) => format!("https://{host}"),
        _ => {
            let service = crate::names::of_part(&observed.name, Part::Storefront);
            format!("http://{service}.{}.svc", observed.namespace)
        }
    }
}
