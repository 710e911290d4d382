//! The pictures of the sample shop, drawn by `artwork/`.

/// A slug and its picture.
macro_rules! pictures {
    ($($slug:literal)*) => {
        &[$(($slug, include_bytes!(concat!("../../assets/tea-house/", $slug, ".webp"))),)*]
    };
}

/// Slug and WebP.
pub(super) const TEA_HOUSE: &[(&str, &[u8])] = pictures! {
    "bamboo-matcha-whisk"
    "breakfast-for-two"
    "cast-iron-teapot"
    "ceremonial-matcha"
    "chamomile-meadow"
    "cocoa-husk-black"
    "earl-grey-with-real-bergamot"
    "everyday-gunpowder"
    "first-flush-darjeeling"
    "ginger-and-turmeric"
    "glass-infuser-mug"
    "hibiscus-cooler"
    "highland-ceylon"
    "jasmine-pearls"
    "lemon-verbena"
    "linen-tea-filters"
    "malty-assam"
    "measuring-spoon-of-beech"
    "misty-mountain-oolong"
    "peppermint-cut-leaf"
    "rooibos-with-orange"
    "smoked-pine-souchong"
    "spring-sencha"
    "stoneware-cup-ash-glaze"
    "toasted-rice-genmaicha"
    "travel-tin-for-50-grams"
    "white-peony"
};
