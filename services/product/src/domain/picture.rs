//! Which bytes are a picture that we serve: told by the bytes alone, whatever the sender says.
//!
//! Nothing is decoded. What stands in front of the pixels is read as far as it takes to know the kind and the
//! size, so that what merely begins like a picture is none.

mod avif;
mod jpeg;
mod png;
mod webp;

/// The most bytes of a picture.
pub const MAX_BYTES: usize = 512 * 1024;

/// Width and height in pixels.
type Size = (u32, u32);

/// Reads the size from the head of one kind of picture; none if the bytes are no such picture.
type ReadSize = fn(&[u8]) -> Option<Size>;

const KINDS: [(&str, ReadSize); 4] = [
    ("image/png", png::size),
    ("image/jpeg", jpeg::size),
    ("image/webp", webp::size),
    ("image/avif", avif::size),
];

/// The media type of a PNG, JPEG, WebP or AVIF picture of at least one pixel; none for anything else.
pub fn media_type(bytes: &[u8]) -> Option<&'static str> {
    let is_one = |size: ReadSize| size(bytes).is_some_and(|(width, height)| width > 0 && height > 0);
    KINDS.into_iter().find(|(_, size)| is_one(*size)).map(|(media_type, _)| media_type)
}

/// The next bytes, which are taken off the rest.
fn take<'b>(rest: &mut &'b [u8], count: usize) -> Option<&'b [u8]> {
    let (taken, left) = rest.split_at_checked(count)?;
    *rest = left;
    Some(taken)
}

/// The next 16 bits as a number, the highest first.
fn take_u16(rest: &mut &[u8]) -> Option<u16> {
    take(rest, 2)?.try_into().ok().map(u16::from_be_bytes)
}

/// The next 32 bits as a number, the highest first.
fn take_u32(rest: &mut &[u8]) -> Option<u32> {
    take(rest, 4)?.try_into().ok().map(u32::from_be_bytes)
}

#[cfg(test)]
mod tests;
