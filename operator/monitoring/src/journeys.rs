//! The journeys of a shopper that a Shop promises something about, and the requests that each consists of.

use shop::{Objective, Slo};

/// Upper bounds of the histogram of requests, in seconds: those of `chassis::metrics::DURATION_BUCKETS`.
const BOUNDS: [f64; 16] =
    [0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0];

/// Something that shoppers come for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Journey {
    Browse,
    Register,
    LogIn,
    Order,
}

impl Journey {
    /// All of them, in the order in which a shopper meets them.
    pub const ALL: [Self; 4] = [Self::Browse, Self::Register, Self::LogIn, Self::Order];

    /// The value of the label `journey`, the same as that of `capability` in `shop_capability`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Browse => "browse",
            Self::Register => "register",
            Self::LogIn => "log_in",
            Self::Order => "order",
        }
    }

    /// What a Shop promises about it.
    pub fn objective(self, slo: &Slo) -> &Objective {
        match self {
            Self::Browse => &slo.browse,
            Self::Register => &slo.register,
            Self::LogIn => &slo.log_in,
            Self::Order => &slo.order,
        }
    }

    /// The requests to the storefront that it consists of, as matchers. Of forms only what is sent counts: showing one
    /// needs nobody else, and would hide that none can be sent.
    pub(crate) fn requests(self) -> &'static str {
        match self {
            Self::Browse => r#"http_request_method="GET",http_route=~"/|/product/[{]name[}]""#,
            Self::Register => r#"http_request_method="POST",http_route="/register""#,
            Self::LogIn => r#"http_request_method="POST",http_route="/login""#,
            Self::Order => r#"http_request_method="POST",http_route=~"/basket/add|/basket/item|/checkout""#,
        }
    }
}

/// The share of requests that may fail, from the percentage of those that have to succeed.
pub(crate) fn allowed_failures(objective: &Objective) -> f64 {
    let percent: f64 = objective.success.parse().unwrap_or(99.9);
    // Percentages have three digits behind the point: so have these five, without the noise of binary fractions.
    ((100.0 - percent) * 1000.0).round() / 100_000.0
}

/// The value of the label `le` of the bucket that counts answers as fast enough: the first bound that is not below
/// what is promised. `None` where every answer is. Whole seconds are written `1` or, by Prometheus 3, `1.0`.
pub(crate) fn fast_enough(objective: &Objective) -> Option<String> {
    let seconds = f64::from(objective.latency_millis) / 1000.0;
    let bound = BOUNDS.into_iter().find(|bound| *bound >= seconds)?;
    Some(if bound.fract() == 0.0 { format!("{bound}([.]0)?") } else { bound.to_string() })
}

#[cfg(test)]
mod tests {
    use super::{allowed_failures, fast_enough};
    use shop::Objective;

    fn objective(success: &str, latency_millis: i32) -> Objective {
        Objective { success: success.to_owned(), latency_millis }
    }

    #[test]
    fn what_may_fail_is_told_without_noise() {
        for (success, allowed) in
            [("99.9", "0.001"), ("50", "0.5"), ("99.999", "0.00001"), ("99.95", "0.0005")]
        {
            assert_eq!(allowed_failures(&objective(success, 1)).to_string(), allowed);
        }
    }

    #[test]
    fn a_promised_time_is_held_to_the_next_bound() {
        for (millis, le) in
            [(1, "0.001"), (500, "0.5"), (501, "0.75"), (1000, "1([.]0)?"), (10_000, "10([.]0)?")]
        {
            assert_eq!(fast_enough(&objective("99", millis)).as_deref(), Some(le));
        }
        assert_eq!(fast_enough(&objective("99", 10_001)), None);
    }
}
