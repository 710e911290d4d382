//! A Shop's own dashboard: six panels, and the way to the long one. There may be hundreds of Shops, and each of these is
//! kept in the cluster, and remembered by the operator.

use super::{Dashboard, Row, data_source, shop};

/// Whose it is.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    pub namespace: &'a str,
    pub shop: &'a str,
    /// The name over the door.
    pub title: &'a str,
    /// What tells it from all others of the cluster: at most 40 letters and digits.
    pub uid: &'a str,
}

/// The dashboard of one Shop.
pub fn brief(place: &Place) -> Dashboard {
    let panels = [
        shop::capabilities(),
        shop::budget_left(),
        shop::rate(),
        shop::orders(),
        shop::revenue(),
        shop::lag(),
    ];
    let panels = panels.map(|panel| panel.about(place.namespace, place.shop)).to_vec();
    Dashboard {
        uid: place.uid.to_owned(),
        title: format!("{} ({}/{})", place.title, place.namespace, place.shop),
        description: "The shop in brief. \"One shop\" above shows all of it.",
        variables: vec![data_source()],
        about: Some((place.namespace.to_owned(), place.shop.to_owned())),
        rows: vec![Row { title: "In brief", panels }],
    }
}
