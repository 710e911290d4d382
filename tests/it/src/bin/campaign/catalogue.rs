//! What the shop sells. Prices never change during a campaign, so that every total can be told beforehand.

use anyhow::{Context, ensure};
use contract::product::ProductAdded;
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
}

impl Supply {
    /// The pieces to begin with.
    pub(crate) fn initial(self) -> Option<i64> {
        match self {
            Self::Untracked => None,
            Self::Plenty => Some(PLENTY),
            Self::Scarce | Self::Restocked => Some(FEW),
        }
    }
}

/// Everything that is sold, in the order of its creation.
#[derive(Debug, Default)]
pub(crate) struct Catalogue {
    pub(crate) offers: Vec<Offer>,
}

impl Catalogue {
    /// Has staff create the products.
    pub(crate) async fn create(product: &Service, key: &str, chance: &mut StdRng) -> anyhow::Result<Self> {
        let supplies = [Supply::Plenty, Supply::Plenty, Supply::Scarce, Supply::Restocked];
        let mut catalogue = Self::default();
        for number in 0..24 {
            let supply = if number < 2 { Supply::Untracked } else { supplies[number % supplies.len()] };
            let price = 100 + 7 * i64::try_from(number)?;
            let name = format!("Tea number {number}");
            let id = create(product, key, chance, &name, price, supply.initial()).await?;
            catalogue.offers.push(Offer { id, price, supply });
        }
        Ok(catalogue)
    }

    pub(crate) fn offer(&self, product: i64) -> Option<&Offer> {
        self.offers.iter().find(|offer| offer.id == product)
    }

    pub(crate) fn price(&self, product: i64) -> i64 {
        self.offer(product).map_or(0, |offer| offer.price)
    }

    pub(crate) fn total(&self, lines: &Lines) -> i64 {
        lines.iter().map(|(product, quantity)| self.price(*product) * quantity).sum()
    }
}

/// Creates one product and returns its id.
pub(crate) async fn create(
    product: &Service,
    key: &str,
    chance: &mut StdRng,
    name: &str,
    price: i64,
    stock: Option<i64>,
) -> anyhow::Result<i64> {
    let slug = name.to_lowercase().replace(' ', "-");
    let mut form = vec![("name", name.to_owned()), ("slug", slug), ("image", String::new())];
    form.push(("price", price.to_string()));
    form.extend(stock.map(|pieces| ("stock_quantity", pieces.to_string())));
    let answer =
        product.until_answered(&Ask::post("/api/product/create").key(key).form(form), chance).await?;
    ensure!(!answer.doubtful, "the catalogue is created before anything is killed");
    let added: ProductAdded = answer.json(200).with_context(|| format!("creating {name}"))?;
    Ok(added.product.id)
}
