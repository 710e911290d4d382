//! The shop that this program brings along, and reading another one.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use shop::Shop;

const SHOP: &str = include_str!("../../../manifests/shop.yaml");
const CATALOGUE: &str = include_str!("../../../manifests/catalogue/tea-house.csv");

/// The first products.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Catalogue {
    /// None: the shop begins empty.
    Empty,
    /// Those of the sample shop, as CSV.
    Sample(&'static str),
    /// A CSV file.
    File(PathBuf),
}

/// Reads the Shop and finds its catalogue: the named files, or else what lies beside the Shop file, or else
/// what the program brings along.
///
/// # Errors
/// A file is missing, or the Shop breaks a rule.
pub(crate) fn choose(shop: Option<&Path>, catalogue: Option<&Path>) -> anyhow::Result<(Shop, Catalogue)> {
    let (name, text) = match shop {
        None => ("the sample Shop".to_owned(), SHOP.to_owned()),
        Some(path) => {
            let text = std::fs::read_to_string(path);
            (
                path.display().to_string(),
                text.with_context(|| format!("cannot read the Shop {}", path.display()))?,
            )
        }
    };
    let chosen = shop::from_yaml(&text).with_context(|| format!("{name} is not a valid Shop"))?;
    let catalogue = match (catalogue, shop) {
        (Some(file), _) => {
            existing(file).with_context(|| format!("cannot read the catalogue {}", file.display()))?
        }
        (None, None) => Catalogue::Sample(CATALOGUE),
        (None, Some(path)) => beside(path, &chosen)?,
    };
    Ok((chosen, catalogue))
}

/// `catalogue/<name>.csv` beside the Shop file: what `kubectl apply -k` makes the ConfigMap from.
fn beside(shop_file: &Path, shop: &Shop) -> anyhow::Result<Catalogue> {
    let Some(reference) = &shop.spec.catalogue else { return Ok(Catalogue::Empty) };
    let name = shop.metadata.name.as_deref().unwrap_or_default();
    let file = shop_file.with_file_name("catalogue").join(format!("{name}.csv"));
    match existing(&file) {
        Ok(found) => Ok(found),
        Err(_) => bail!(
            "spec.catalogue names the ConfigMap {}, which this machine has not: add --catalogue FILE.csv, put the products into {}, or remove the field to begin empty",
            reference.config_map_ref.name,
            file.display()
        ),
    }
}

fn existing(file: &Path) -> std::io::Result<Catalogue> {
    std::fs::File::open(file)?;
    file.canonicalize().map(Catalogue::File)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{CATALOGUE, Catalogue, choose};

    #[test]
    fn the_sample_shop_has_at_least_24_products_in_4_categories() {
        let mut lines = csv::Reader::from_reader(CATALOGUE.as_bytes());
        let header = ["slug", "name", "price", "category", "description", "image", "stock_quantity"];
        assert_eq!(lines.headers().expect("a header"), header.as_slice());
        let products: Vec<csv::StringRecord> = lines.records().collect::<Result<_, _>>().expect("it is CSV");
        assert!(products.len() >= 24);
        let distinct =
            |column: usize| products.iter().map(|line| &line[column]).collect::<HashSet<_>>().len();
        assert_eq!((distinct(0), distinct(1), distinct(3)), (products.len(), products.len(), 4));
        assert!(products.iter().all(|line| line[2].parse::<u32>().is_ok()), "a price is whole minor units");
    }

    #[test]
    fn without_files_the_sample_is_chosen() {
        let (shop, catalogue) = choose(None, None).expect("the sample is valid");
        assert_eq!(shop.spec.title, "Tea House");
        assert_eq!(catalogue, Catalogue::Sample(CATALOGUE));
    }

    #[test]
    fn a_broken_shop_is_refused_with_file_field_and_remedy() {
        let directory = tempfile::tempdir().expect("a temporary folder");
        let file = directory.path().join("shop.yaml");
        std::fs::write(&file, super::SHOP.replace("EUR", "euro")).expect("it can be written");
        let refusal = format!("{:#}", choose(Some(&file), None).expect_err("the currency is none"));
        for word in ["shop.yaml", "spec.currency", "for example EUR"] {
            assert!(refusal.contains(word), "{refusal}");
        }
    }

    #[test]
    fn a_catalogue_lies_beside_the_shop_or_is_asked_for() {
        let directory = tempfile::tempdir().expect("a temporary folder");
        let file = directory.path().join("shop.yaml");
        std::fs::write(&file, super::SHOP).expect("it can be written");
        let refusal = choose(Some(&file), None).expect_err("there is no catalogue").to_string();
        assert!(refusal.contains("--catalogue"), "{refusal}");

        let folder = directory.path().join("catalogue");
        std::fs::create_dir(&folder).expect("it can be made");
        std::fs::write(folder.join("tea-house.csv"), CATALOGUE).expect("it can be written");
        let (_, catalogue) = choose(Some(&file), None).expect("the catalogue is found");
        let expected = folder.join("tea-house.csv").canonicalize().expect("it is there");
        assert_eq!(catalogue, Catalogue::File(expected));
    }
}
