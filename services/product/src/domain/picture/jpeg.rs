//! JPEG (ITU T.81, annex B).

use super::{Size, take, take_u16};

/// The size as the frame header says, which comes before the first scan.
pub(super) fn size(bytes: &[u8]) -> Option<Size> {
    let mut rest = bytes.strip_prefix(b"\xff\xd8")?;
    loop {
        let marker = marker(&mut rest)?;
        match marker {
            // Markers without a segment: TEM and the restarts (B.1.1.3).
            0x01 | 0xd0..=0xd7 => continue,
            // A second start, the end, or a scan without a frame.
            0x00 | 0xd8..=0xda => return None,
            _ => {}
        }
        // The length counts itself.
        let length = usize::from(take_u16(&mut rest)?).checked_sub(2)?;
        let segment = take(&mut rest, length)?;
        // The starts of frames; between them lie tables of Huffman (c4), an extension (c8), arithmetic ones (cc).
        if matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc) {
            return frame(segment);
        }
    }
}

/// The next marker; it may be filled up with any number of `ff` (B.1.1.2).
fn marker(rest: &mut &[u8]) -> Option<u8> {
    if take(rest, 1)? != [0xff] {
        return None;
    }
    loop {
        match take(rest, 1)? {
            [0xff] => {}
            code => return code.first().copied(),
        }
    }
}

/// The size in a frame header that names as many components as it has room for (B.2.2).
fn frame(mut segment: &[u8]) -> Option<Size> {
    let _precision = take(&mut segment, 1)?;
    let (height, width) = (take_u16(&mut segment)?, take_u16(&mut segment)?);
    let &[components] = take(&mut segment, 1)? else { return None };
    let is_whole = components > 0 && segment.len() == 3 * usize::from(components);
    is_whole.then_some((width.into(), height.into()))
}
