//! PNG (the PNG specification, third edition, sections 5.2 and 11.2.1).

use super::{Size, take, take_u32};

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// The size as the first chunk says, if that is a whole `IHDR`.
pub(super) fn size(bytes: &[u8]) -> Option<Size> {
    let mut rest = bytes.strip_prefix(SIGNATURE)?;
    let is_header = take_u32(&mut rest)? == 13 && take(&mut rest, 4)? == b"IHDR";
    let size = (take_u32(&mut rest)?, take_u32(&mut rest)?);
    let &[bit_depth, colour_type, compression, filter, interlacing] = take(&mut rest, 5)? else {
        return None;
    };
    let _checksum = take_u32(&mut rest)?;
    let is_known = match colour_type {
        0 => matches!(bit_depth, 1 | 2 | 4 | 8 | 16),
        2 | 4 | 6 => matches!(bit_depth, 8 | 16),
        3 => matches!(bit_depth, 1 | 2 | 4 | 8),
        _ => false,
    };
    (is_header && is_known && compression == 0 && filter == 0 && interlacing <= 1).then_some(size)
}
