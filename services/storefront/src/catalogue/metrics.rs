//! The measures of the copy, computed when they are asked for.

use super::copy::Catalogue;
use prometheus::{
    Gauge, IntGauge,
    core::{Collector, Desc},
    proto::MetricFamily,
};
use std::sync::Arc;

/// Tells the age and the size of the copy.
struct CopyCollector {
    catalogue: Arc<Catalogue>,
    age: Gauge,
    products: IntGauge,
}

/// Adds the measures of the copy to those of the part.
pub(super) fn register(metrics: &chassis::metrics::Metrics, catalogue: Arc<Catalogue>) {
    let age = Gauge::new(
        "shop_catalogue_age_seconds",
        "Seconds since the copy of the catalogue last had everything, or, if it never had, since the start.",
    );
    let products = IntGauge::new("shop_catalogue_products", "Products in the copy of the catalogue.");
    let definition = "the definition is valid";
    metrics.register(CopyCollector {
        catalogue,
        age: age.expect(definition),
        products: products.expect(definition),
    });
}

impl Collector for CopyCollector {
    fn desc(&self) -> Vec<&Desc> {
        [self.age.desc(), self.products.desc()].concat()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        self.age.set(self.catalogue.measured_age().as_secs_f64());
        self.products.set(i64::try_from(self.catalogue.len()).unwrap_or(i64::MAX));
        [self.age.collect(), self.products.collect()].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::{Catalogue, register};
    use crate::catalogue::contents::tests::{ROOMY, facts};
    use chassis::{clock::Clock, metrics::Metrics};
    use contract::event::ProductEvent;
    use feed::Copy as _;
    use std::{sync::Arc, time::Duration};

    #[test]
    fn age_and_size_are_those_of_the_moment_of_the_question() {
        let clock = Clock::set_at(0);
        let catalogue = Arc::new(Catalogue::new(ROOMY, clock.clone()));
        let metrics = Metrics::new("storefront", "0.1.0");
        register(&metrics, Arc::clone(&catalogue));
        catalogue.start_over();
        catalogue.apply(ProductEvent::Changed(facts(1, 1)));
        catalogue.caught_up();
        clock.advance(Duration::from_millis(1_500));
        let text = metrics.text().unwrap();
        for line in ["\nshop_catalogue_age_seconds 1.5\n", "\nshop_catalogue_products 1\n"] {
            assert!(text.contains(line), "{line} is missing in {text}");
        }
    }
}
