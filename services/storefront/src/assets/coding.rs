//! How a file is written for a client: the codings that it names, and how much it likes each.

use axum::http::{HeaderMap, header};

/// A content coding (RFC 9110, section 8.4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coding {
    Brotli,
    Gzip,
    /// As it is.
    Identity,
}

impl Coding {
    /// The smallest first.
    const ALL: [Self; 3] = [Self::Brotli, Self::Gzip, Self::Identity];

    /// As headers name it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
            Self::Identity => "identity",
        }
    }

    /// What the client likes best; of several, what is smallest. Whoever takes nothing of ours, or does not say,
    /// gets the file as it is.
    pub(super) fn preferred(request: &HeaderMap) -> Self {
        let weighed = Self::ALL.map(|coding| (weight(request, coding.name()), coding));
        let liked = weighed.into_iter().filter(|(weight, _)| *weight > 0);
        // The last of several is found, which is to be the smallest.
        liked.rev().max_by_key(|(weight, _)| *weight).map_or(Self::Identity, |(_, coding)| coding)
    }
}

/// How much the client likes a coding, in thousandths: as it says of it, or of all that it does not name; 0 if it
/// says neither (RFC 9110, section 12.5.3).
fn weight(request: &HeaderMap, coding: &str) -> u32 {
    let said = |wanted: &str| {
        let values = request.get_all(header::ACCEPT_ENCODING).into_iter();
        let mut members = values.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
        members.find_map(|member| {
            let mut parts = member.split(';').map(str::trim);
            let is_it = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(wanted));
            is_it.then(|| parts.find_map(weight_of).unwrap_or(1_000))
        })
    };
    said(coding).or_else(|| said("*")).unwrap_or(0)
}

/// The number behind `q=`, in thousandths; 0 if it is none from 0 to 1. Nothing of other parameters.
fn weight_of(parameter: &str) -> Option<u32> {
    let weight = parameter.strip_prefix("q=").or_else(|| parameter.strip_prefix("Q="))?;
    let weight = weight.parse::<f64>().ok().filter(|weight| (0.0..=1.0).contains(weight)).unwrap_or(0.0);
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is from 0 to 1000")]
    Some((weight * 1_000.0).round() as u32)
}

#[cfg(test)]
mod tests {
    use super::Coding::{self, Brotli, Gzip, Identity};
    use axum::http::{HeaderMap, HeaderValue, header};

    #[test]
    fn a_client_gets_what_it_likes_best_and_of_that_the_smallest() {
        for (said, coding) in [
            ("", Identity),
            ("br", Brotli),
            ("gzip", Gzip),
            ("gzip, deflate, br, zstd", Brotli),
            ("gzip, br;q=0.9", Gzip),
            ("gzip;q=0.8, br;q=0.9", Brotli),
            ("GZIP;Q=0.5", Gzip),
            ("br;q=0, gzip", Gzip),
            ("br;q=0.000", Identity),
            ("br;q=0.001", Brotli),
            ("identity, gzip;q=0.5", Identity),
            ("identity;q=0, gzip;q=0.5", Gzip),
            ("*", Brotli),
            ("*, br;q=0", Gzip),
            ("gzip;q=0.5, *;q=0", Gzip),
            ("*;q=0", Identity),
            ("identity;q=0", Identity),
            ("brotli, zstd", Identity),
            ("br;q=dear", Identity),
            ("br;q=nan, gzip;q=2", Identity),
            ("br ; q=0.2 , gzip ; q=0.7", Gzip),
        ] {
            let request = HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(said))]);
            assert_eq!(Coding::preferred(&request), coding, "{said:?}");
        }
        assert_eq!(Coding::preferred(&HeaderMap::new()), Identity);
    }

    #[test]
    fn what_is_said_in_several_headers_counts_together() {
        let mut request = HeaderMap::new();
        request.append(header::ACCEPT_ENCODING, HeaderValue::from_static("gzip;q=0.5"));
        request.append(header::ACCEPT_ENCODING, HeaderValue::from_static("br"));
        assert_eq!(Coding::preferred(&request), Brotli);
    }
}
