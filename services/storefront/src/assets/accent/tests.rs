//! The accent keeps its promise for every colour a Shop may set.

use super::{Accent, DARK, LIGHT, Palette};

/// Every colour whose parts are multiples of 51, and some that are hard.
fn colours() -> impl Iterator<Item = Accent> {
    let parts = || (0..=255u8).step_by(51);
    let cube = parts().flat_map(move |r| parts().flat_map(move |g| parts().map(move |b| Accent([r, g, b]))));
    cube.chain(
        ["#2f6f4f", "#808080", "#7f7f00", "#fffdd0"].map(|hex| Accent::from_hex(hex).expect("a colour")),
    )
}

#[test]
fn text_in_and_on_the_accent_is_readable_whatever_a_shop_sets() {
    for accent in colours() {
        for scheme in [&LIGHT, &DARK] {
            let Palette { fill, on_fill, link, tint } = accent.palette(scheme);
            assert!(on_fill.contrast(fill) >= 4.5, "{}: text on buttons", accent.hex());
            for surface in scheme.surfaces.iter().chain([&tint]) {
                assert!(link.contrast(*surface) >= 4.5, "{}: links on {}", accent.hex(), surface.hex());
            }
            for surface in &scheme.surfaces[..2] {
                assert!(fill.contrast(*surface) >= 3.0, "{}: buttons on {}", accent.hex(), surface.hex());
            }
        }
    }
}

#[test]
fn ink_and_messages_are_readable_on_every_tint() {
    let inks = [(&LIGHT, ["29231c", "655b4e"]), (&DARK, ["f3ece1", "bdb1a1"])];
    for accent in colours() {
        for (scheme, [ink, soft]) in inks {
            let tint = accent.palette(scheme).tint;
            let of = |hex: &str| Accent::from_hex(&format!("#{hex}")).expect("a colour");
            assert!(of(ink).contrast(tint) >= 4.5, "{}: ink on {}", accent.hex(), tint.hex());
            for surface in scheme.surfaces {
                assert!(of(soft).contrast(surface) >= 4.5, "soft ink on {}", surface.hex());
            }
        }
    }
}

#[test]
fn a_readable_accent_is_taken_as_it_is() {
    let palette = Accent::default().palette(&LIGHT);
    assert_eq!(palette.fill.hex(), "#2f6f4f");
    assert_eq!(palette.on_fill.hex(), "#ffffff");
}

#[test]
fn the_surfaces_are_those_of_the_style() {
    let style = include_str!("../../../assets/shop.css");
    let (light, dark) = style.split_once("prefers-color-scheme:dark").expect("a dark scheme");
    for (scheme, part) in [(&LIGHT, light), (&DARK, dark)] {
        for (name, surface) in ["surface", "paper", "sunk"].into_iter().zip(scheme.surfaces) {
            assert!(part.contains(&format!("--{name}:{}", surface.hex())), "{name} is not {}", surface.hex());
        }
    }
}

#[test]
fn only_a_colour_is_a_colour() {
    assert_eq!(Accent::from_hex("#2F6f4f"), Some(Accent::default()));
    for wrong in ["", "#", "2f6f4f", "#2f6f4", "#2f6f4f0", "#2f6f4g", "#+f6f4f", "#é6f4f", "red", "#fff;}"] {
        assert_eq!(Accent::from_hex(wrong), None, "{wrong}");
    }
}
