//! Numbers and bytes as short as they can be: a cookie travels with every request.

/// Writes a number in as many bytes as it needs, seven bits in each, the lowest first (LEB128).
pub(crate) fn put_number(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Writes bytes after their number.
pub(crate) fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_number(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// Reads what the functions above wrote. `None` wherever the bytes are something else.
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(crate) fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    pub(crate) fn number(&mut self) -> Option<u64> {
        let mut number = 0_u64;
        for shift in (0..u64::BITS).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if bits << shift >> shift != bits {
                return None;
            }
            number |= bits << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    /// A number that is an `i64` with us: an id, a price, a time.
    pub(crate) fn signed(&mut self) -> Option<i64> {
        i64::try_from(self.number()?).ok()
    }

    /// How many entries follow, if that is at most `limit`.
    pub(crate) fn count(&mut self, limit: usize) -> Option<usize> {
        usize::try_from(self.number()?).ok().filter(|count| *count <= limit)
    }

    pub(crate) fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(taken)
    }

    pub(crate) fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = self.count(self.rest.len())?;
        self.take(length)
    }

    pub(crate) fn text(&mut self) -> Option<String> {
        String::from_utf8(self.bytes()?.to_vec()).ok()
    }

    /// Whatever is left.
    pub(crate) fn rest(self) -> &'a [u8] {
        self.rest
    }

    /// Nothing may follow.
    pub(crate) fn end(self) -> Option<()> {
        self.rest.is_empty().then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Reader, put_bytes, put_number};

    #[test]
    fn numbers_and_bytes_come_back() {
        let numbers = [0, 1, 127, 128, 300, 16_383, 16_384, u64::from(u32::MAX), i64::MAX as u64, u64::MAX];
        let mut written = Vec::new();
        numbers.iter().for_each(|number| put_number(&mut written, *number));
        put_bytes(&mut written, "Tee für zwei".as_bytes());
        let mut reader = Reader::new(&written);
        numbers.iter().for_each(|number| assert_eq!(reader.number(), Some(*number)));
        assert_eq!(reader.text().as_deref(), Some("Tee für zwei"));
        assert_eq!(reader.end(), Some(()));
    }

    #[test]
    fn what_is_cut_or_too_large_is_nothing() {
        assert_eq!(Reader::new(&[0x80]).number(), None, "cut");
        assert_eq!(Reader::new(&[0xff; 9]).number(), None, "cut");
        assert_eq!(Reader::new(&[&[0xff; 9][..], &[2]].concat()).number(), None, "more than 64 bits");
        assert_eq!(Reader::new(&[0x80; 20]).number(), None, "no end");
        assert_eq!(Reader::new(&[5, 1, 2]).bytes(), None, "fewer bytes than announced");
        assert_eq!(Reader::new(&[1, 0xff]).text(), None, "not UTF-8");
        assert_eq!(Reader::new(&[3, 0, 0, 0]).count(2), None, "more than may be");
        assert_eq!(Reader::new(&[0]).end(), None, "something follows");
        assert_eq!(Reader::new(&[&[0xff; 9][..], &[1]].concat()).signed(), None, "beyond an i64");
    }
}
