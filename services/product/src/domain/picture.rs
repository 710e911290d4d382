//! Which bytes are a picture that we serve: told by the bytes alone, whatever the sender says.

/// The most bytes of a picture.
pub const MAX_BYTES: usize = 512 * 1024;

/// The media type of a PNG, JPEG, WebP or AVIF picture; none for anything else.
///
/// PNG: the signature (PNG specification, section 5.2). JPEG: the start of image and the first marker's
/// first byte (ITU T.81, B.1.1). WebP: a RIFF file of form WEBP (RFC 9649). AVIF: an ISO file that begins
/// with a `ftyp` box whose brands hold `avif` or `avis` (AV1 Image File Format, section 6).
pub fn media_type(bytes: &[u8]) -> Option<&'static str> {
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        Some("image/png")
    } else if bytes.starts_with(b"\xff\xd8\xff") {
        Some("image/jpeg")
    } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP".as_slice()) {
        Some("image/webp")
    } else if is_avif(bytes) {
        Some("image/avif")
    } else {
        None
    }
}

fn is_avif(bytes: &[u8]) -> bool {
    let Some((length, rest)) = bytes.split_first_chunk::<4>() else { return false };
    let end = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX).saturating_sub(4);
    let Some(brands) = rest.strip_prefix(b"ftyp").and_then(|_| rest.get(4..end)) else { return false };
    // The major brand, a version, then the compatible brands.
    brands.chunks_exact(4).enumerate().any(|(index, brand)| index != 1 && matches!(brand, b"avif" | b"avis"))
}

#[cfg(test)]
mod tests {
    use super::media_type;

    #[test]
    fn a_picture_is_known_by_its_first_bytes() {
        let avif = b"\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf----";
        for (bytes, expected) in [
            (b"\x89PNG\r\n\x1a\n....".as_slice(), Some("image/png")),
            (b"\xff\xd8\xff\xe0..JFIF", Some("image/jpeg")),
            (b"RIFF\x10\0\0\0WEBPVP8 ", Some("image/webp")),
            (avif, Some("image/avif")),
            (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom", None),
            (b"\xff\xff\xff\xffftypavif", None),
            (b"RIFF\x10\0\0\0WAVEfmt ", None),
            (b"GIF89a", None),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", None),
            (b"<html>\x89PNG", None),
            (b"", None),
            (b"\x89PNG", None),
        ] {
            assert_eq!(media_type(bytes), expected, "{bytes:?}");
        }
    }
}
