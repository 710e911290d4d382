//! Pictures of 3 by 2 pixels, as encoders write them, and what only looks like one.

use super::{avif, jpeg, media_type, png, webp};

const PNG: &[u8] = include_bytes!("../../../tests/pictures/cup.png");
const JPEG: &[u8] = include_bytes!("../../../tests/pictures/cup.jpeg");
const LOSSY: &[u8] = include_bytes!("../../../tests/pictures/cup.webp");
const LOSSLESS: &[u8] = include_bytes!("../../../tests/pictures/cup-lossless.webp");
const EXTENDED: &[u8] = include_bytes!("../../../tests/pictures/cup-extended.webp");
const AVIF: &[u8] = include_bytes!("../../../tests/pictures/cup.avif");

/// The picture with the first occurrence of some bytes replaced.
fn with(picture: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    assert_eq!(old.len(), new.len());
    let place = picture.windows(old.len()).position(|window| window == old).expect("they are there");
    let mut changed = picture.to_vec();
    changed[place..place + new.len()].copy_from_slice(new);
    changed
}

#[test]
fn the_kind_and_the_size_are_read_from_the_head() {
    for (picture, expected) in [
        (PNG, "image/png"),
        (JPEG, "image/jpeg"),
        (LOSSY, "image/webp"),
        (LOSSLESS, "image/webp"),
        (EXTENDED, "image/webp"),
        (AVIF, "image/avif"),
    ] {
        assert_eq!(media_type(picture), Some(expected));
        let sizes = [png::size(picture), jpeg::size(picture), webp::size(picture), avif::size(picture)];
        assert_eq!(sizes.into_iter().flatten().collect::<Vec<_>>(), [(3, 2)], "{expected}");
    }
}

#[test]
fn the_first_bytes_alone_are_no_picture() {
    for (picture, head) in [(PNG, 33), (JPEG, 177), (LOSSY, 30), (LOSSLESS, 25), (EXTENDED, 30), (AVIF, 267)]
    {
        for length in 0..head {
            assert_eq!(media_type(&picture[..length]), None, "{length} of {:?}", &picture[..16]);
        }
    }
}

#[test]
fn a_picture_without_pixels_is_none() {
    for flat in [
        with(PNG, b"\0\0\0\x03\0\0\0\x02\x08", b"\0\0\0\x03\0\0\0\0\x08"),
        with(PNG, b"\0\0\0\x03\0\0\0\x02\x08", b"\0\0\0\0\0\0\0\x02\x08"),
        with(JPEG, b"\x08\0\x02\0\x03", b"\x08\0\0\0\x03"),
        with(JPEG, b"\x08\0\x02\0\x03", b"\x08\0\x02\0\0"),
        with(LOSSY, b"\x9d\x01\x2a\x03\0", b"\x9d\x01\x2a\0\0"),
        with(AVIF, b"ispe\0\0\0\0\0\0\0\x03", b"ispe\0\0\0\0\0\0\0\0"),
    ] {
        assert_eq!(media_type(&flat), None, "{:?}", &flat[..16]);
    }
}

#[test]
fn a_head_that_says_what_no_picture_says_is_none() {
    for wrong in [
        with(PNG, b"IHDR", b"IDAT"),
        with(PNG, b"\0\0\0\rIHDR", b"\0\0\0\x0eIHDR"),
        // Three bits a channel; a colour type, a compression, a filter and an interlacing that do not exist.
        with(PNG, b"\x02\x08\x02\0\0\0", b"\x02\x03\x02\0\0\0"),
        with(PNG, b"\x02\x08\x02\0\0\0", b"\x02\x08\x05\0\0\0"),
        with(PNG, b"\x02\x08\x02\0\0\0", b"\x02\x08\x02\x01\0\0"),
        with(PNG, b"\x02\x08\x02\0\0\0", b"\x02\x08\x02\0\x01\0"),
        with(PNG, b"\x02\x08\x02\0\0\0", b"\x02\x08\x02\0\0\x02"),
        // A scan before the frame, a segment of less than nothing, a frame with fewer components than it names.
        with(JPEG, b"\xff\xe0", b"\xff\xda"),
        with(JPEG, b"\xff\xe0\0\x10", b"\xff\xe0\0\x01"),
        with(JPEG, b"\x08\0\x02\0\x03\x03", b"\x08\0\x02\0\x03\x04"),
        with(LOSSY, b"RIFF\x2e", b"RIFF\xff"),
        with(LOSSY, b"WEBP", b"WAVE"),
        with(LOSSY, b"VP8 ", b"VP9 "),
        with(LOSSY, b"\x9d\x01\x2a", b"\x9d\x01\x2b"),
        with(LOSSLESS, b"\x2f\x02", b"\x2e\x02"),
        with(AVIF, b"ftypavif\0\0\0\0avif", b"ftypmp42\0\0\0\0isom"),
        with(AVIF, b"meta", b"mdat"),
        with(AVIF, b"ispe", b"free"),
    ] {
        assert_eq!(media_type(&wrong), None, "{wrong:?}");
    }
}

#[test]
fn what_is_something_else_is_none() {
    for bytes in [
        b"".as_slice(),
        b"GIF89a\x01\0\x01\0\0\0\0;",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<html>\x89PNG",
        b"\xff\xff\xff\xffftypavif",
        b"\0\0\0\0ftypavif",
        b"\0\0\0\x01ftypavif\0\0\0\0\0\0\0\x10",
    ] {
        assert_eq!(media_type(bytes), None, "{bytes:?}");
    }
}
