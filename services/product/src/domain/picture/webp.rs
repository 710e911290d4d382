//! WebP (RFC 9649): a RIFF file whose first chunk tells the size.

use super::{Size, take};

/// The size as the first chunk says.
pub(super) fn size(bytes: &[u8]) -> Option<Size> {
    let mut rest = bytes.strip_prefix(b"RIFF")?;
    let length = take_length(&mut rest)?;
    let mut form = rest.get(..length)?.strip_prefix(b"WEBP")?;
    let kind = take(&mut form, 4)?;
    let length = take_length(&mut form)?;
    let chunk = form.get(..length)?;
    match kind {
        b"VP8 " => lossy(chunk),
        b"VP8L" => lossless(chunk),
        b"VP8X" => extended(chunk),
        _ => None,
    }
}

/// The size in a key frame's header (RFC 6386, section 9.1).
fn lossy(mut chunk: &[u8]) -> Option<Size> {
    let tag = take(&mut chunk, 3)?;
    let is_key_frame = tag[0] & 1 == 0;
    let is_start = take(&mut chunk, 3)? == b"\x9d\x01\x2a";
    // The upper two bits of each tell how to scale it.
    let mut side = || little(take(&mut chunk, 2)?).map(|side| side & 0x3fff);
    let size = (side()?, side()?);
    (is_key_frame && is_start).then_some(size)
}

/// The size in the header of a lossless picture (RFC 9649, section 3.4).
fn lossless(chunk: &[u8]) -> Option<Size> {
    let mut header = chunk.strip_prefix(b"\x2f")?;
    let bits = little(take(&mut header, 4)?)?;
    let (width, height, version) = (bits & 0x3fff, bits >> 14 & 0x3fff, bits >> 29);
    (version == 0).then_some((width + 1, height + 1))
}

/// The size of the canvas (RFC 9649, section 2.7.1.1).
fn extended(mut chunk: &[u8]) -> Option<Size> {
    let _flags = take(&mut chunk, 4)?;
    let mut side = || little(take(&mut chunk, 3)?).map(|side| side + 1);
    Some((side()?, side()?))
}

/// A length in bytes, which stands before what it counts.
fn take_length(rest: &mut &[u8]) -> Option<usize> {
    usize::try_from(little(take(rest, 4)?)?).ok()
}

/// At most four bytes as a number, the lowest first.
fn little(bytes: &[u8]) -> Option<u32> {
    let mut all = [0; 4];
    all.get_mut(..bytes.len())?.copy_from_slice(bytes);
    Some(u32::from_le_bytes(all))
}
