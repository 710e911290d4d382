//! The pictures of the sample shop, drawn by `artwork/`.

/// Slug and WebP.
pub(super) const TEA_HOUSE: &[(&str, &[u8])] = &[];
