//! What the shop sells. Prices never change during a campaign, so that every total can be told beforehand.

use anyhow::{Context, ensure};
use contract::product::ProductAdded;
use rand::Rng;
use rand::rngs::StdRng;

use crate::record::Lines;
use crate::service::{Ask, Service};

/// More than a campaign sells.
const PLENTY: i64 = 1_000_000;

/// Few enough that orders are refused.
const FEW: i64 = 40;

/// One product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Offer {
    pub(crate) id: i64,
    pub(crate) price: i64,
    pub(crate) supply: Supply,
}

/// How much of a product there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Supply {
    /// Never given: always available.
    Untracked,
    /// Enough for everybody.
    Plenty,
    /// Not enough, and no more comes.
    Scarce,
    /// Not enough, and staff put more on the shelf.
    Restocked,
    /// One piece.
    Last,
}

impl Supply {
    /// The pieces to begin with.
    pub(crate) fn initial(self) -> Option<i64> {
        match self {
            Self::Untracked => None,
            Self::Plenty => Some(PLENTY),
            Self::Scarce | Self::Restocked => Some(FEW),
            Self::Last => Some(1),
        }
    }
}

/// Everything that is sold, in the order of its creation.
#[derive(Debug, Default)]
pub(crate) struct Catalogue {
    offers: Vec<Offer>,
}

impl Catalogue {
    /// Has staff create the products.
    pub(crate) async fn create(product: &Service, key: &str, chance: &mut StdRng) -> anyhow::Result<Self> {
        use Supply::{Last, Plenty, Restocked, Scarce, Untracked};
        let kinds = [(Untracked, 2), (Plenty, 10), (Scarce, 6), (Restocked, 6), (Last, 2)];
        let supplies = kinds.into_iter().flat_map(|(supply, count)| std::iter::repeat_n(supply, count));
        let mut catalogue = Self::default();
        for (supply, price) in supplies.zip((100..).step_by(7)) {
            let id = create(product, key, chance, supply, price).await?;
            catalogue.offers.push(Offer { id, price, supply });
        }
        Ok(catalogue)
    }

    #[cfg(test)]
    pub(crate) fn of(offers: Vec<Offer>) -> Self {
        Self { offers }
    }

    /// Every product.
    pub(crate) fn offers(&self) -> &[Offer] {
        &self.offers
    }

    /// The products of one kind.
    pub(crate) fn of_supply(&self, supply: Supply) -> Vec<i64> {
        self.offers.iter().filter(|offer| offer.supply == supply).map(|offer| offer.id).collect()
    }

    /// One of the products that everybody may buy.
    pub(crate) fn any(&self, chance: &mut StdRng) -> i64 {
        let first_of_last = self.offers.partition_point(|offer| offer.supply != Supply::Last);
        self.offers[chance.random_range(0..first_of_last)].id
    }

    pub(crate) fn supply(&self, product: i64) -> Option<Supply> {
        self.offers.iter().find(|offer| offer.id == product).map(|offer| offer.supply)
    }

    pub(crate) fn price(&self, product: i64) -> i64 {
        self.offers.iter().find(|offer| offer.id == product).map_or(0, |offer| offer.price)
    }

    pub(crate) fn total(&self, lines: &Lines) -> i64 {
        lines.iter().map(|(product, quantity)| self.price(*product) * quantity).sum()
    }
}

/// Creates one product and returns its id.
async fn create(
    product: &Service,
    key: &str,
    chance: &mut StdRng,
    supply: Supply,
    price: i64,
) -> anyhow::Result<i64> {
    let mut form = vec![
        ("name", format!("Tea for {price}")),
        ("slug", format!("tea-for-{price}")),
        ("image", String::new()),
        ("price", price.to_string()),
    ];
    form.extend(supply.initial().map(|pieces| ("stock_quantity", pieces.to_string())));
    let answer =
        product.until_answered(&Ask::post("/api/product/create").key(key).form(form), chance).await?;
    ensure!(!answer.doubtful, "the catalogue is created before anything is killed");
    let added: ProductAdded = answer.json(200).with_context(|| format!("creating the tea for {price}"))?;
    Ok(added.product.id)
}
