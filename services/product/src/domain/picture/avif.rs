//! AVIF (AV1 Image File Format): an ISO base media file (ISO 14496-12) whose brands say so, and whose `meta` box
//! tells the size of an image (ISO 23008-12, section 6.5.3). A sequence of images has one to be shown, too.

use super::{Size, take, take_u32};

/// The size as the first `ispe` property says.
pub(super) fn size(bytes: &[u8]) -> Option<Size> {
    let (kind, brands, _) = next_box(bytes)?;
    if kind != b"ftyp" || !is_avif(brands) {
        return None;
    }
    let mut meta = find(bytes, b"meta")?;
    let _version_and_flags = take_u32(&mut meta)?;
    let mut property = find(find(find(meta, b"iprp")?, b"ipco")?, b"ispe")?;
    let _version_and_flags = take_u32(&mut property)?;
    Some((take_u32(&mut property)?, take_u32(&mut property)?))
}

/// Whether a brand is one of AVIF's: the major one, or after a version one of the compatible ones.
fn is_avif(brands: &[u8]) -> bool {
    brands.chunks_exact(4).enumerate().any(|(index, brand)| index != 1 && matches!(brand, b"avif" | b"avis"))
}

/// The content of the first box of a kind, among boxes one after another.
fn find<'b>(mut boxes: &'b [u8], wanted: &[u8; 4]) -> Option<&'b [u8]> {
    loop {
        let (kind, content, rest) = next_box(boxes)?;
        if kind == wanted {
            return Some(content);
        }
        boxes = rest;
    }
}

/// The kind and the content of the first box, and what follows it (ISO 14496-12, section 4.2.2).
fn next_box(boxes: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let mut rest = boxes;
    let length = take_u32(&mut rest)?;
    let kind = take(&mut rest, 4)?;
    let content_length = match length {
        // To the end.
        0 => rest.len(),
        // The length is in the next 64 bits; it counts all 16 bytes of the head.
        1 => {
            let length = u64::from_be_bytes(take(&mut rest, 8)?.try_into().ok()?);
            usize::try_from(length).ok()?.checked_sub(16)?
        }
        length => usize::try_from(length).ok()?.checked_sub(8)?,
    };
    let (content, rest) = rest.split_at_checked(content_length)?;
    Some((kind, content, rest))
}
