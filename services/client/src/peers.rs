//! The three services together.

use crate::{
    health::{Health, PeerHealth},
    metrics::Metrics,
    order::{self, OrderService},
    peer::Peer,
    probe::{self, Question},
    product::{self, ProductService},
    settings::Settings,
    user::{self, UserService},
};
use chassis::shutdown::Shutdown;
use std::sync::Arc;

/// The three services. Clones are one.
#[derive(Clone)]
pub struct Peers {
    pub user: UserService,
    pub product: ProductService,
    pub order: OrderService,
}

impl Peers {
    /// The services at the addresses of `settings`. Nothing is sent yet. Registers measures: once per part.
    ///
    /// # Errors
    /// An address is not one, or an HTTP client cannot be built.
    pub fn new(settings: Settings, metrics: &chassis::metrics::Metrics) -> anyhow::Result<Self> {
        let metrics = Metrics::new(metrics);
        let peer = |name: &'static str, url: &str| -> anyhow::Result<Arc<Peer>> {
            Ok(Arc::new(Peer::new(name, url, &settings, metrics.of(name))?))
        };
        Ok(Self {
            user: UserService(peer("user", &settings.user_url)?),
            product: ProductService(peer("product", &settings.product_url)?),
            order: OrderService(peer("order", &settings.order_url)?),
        })
    }

    /// Probes the services until the process drains. Without it, what is known of them comes from calls
    /// alone, and a circuit that opened is tried again only after 5 s.
    pub async fn watch(self, shutdown: Shutdown) {
        tokio::join!(
            watch(&self.user.0, &user::PROBE, &shutdown),
            watch(&self.product.0, &product::PROBE, &shutdown),
            watch(&self.order.0, &order::PROBE, &shutdown),
        );
    }

    /// What is known of the services now.
    pub fn health(&self) -> Health {
        let of = |peer: &Peer| -> PeerHealth { peer.circuit.health() };
        Health { user: of(&self.user.0), product: of(&self.product.0), order: of(&self.order.0) }
    }
}

async fn watch(peer: &Peer, question: &Question, shutdown: &Shutdown) {
    probe::watch(&peer.circuit, peer.limits().probe_every, shutdown, || peer.probe(question)).await;
}
