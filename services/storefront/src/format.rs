//! Prices, numbers and dates as the shop's locale writes them.
//!
//! The words of pages are another matter (`texts`); here are digits, separators, symbols and month names.

mod currencies;
#[cfg(test)]
mod tests;

use contract::{Currency, Timestamp};
use icu_calendar::Gregorian;
use icu_datetime::fieldsets::{YMD, YMDT};
use icu_datetime::input::{Date, DateTime, Time};
use icu_datetime::{DateTimeFormatterPreferences, FixedCalendarDateTimeFormatter};
use icu_decimal::input::Decimal;
use icu_decimal::{DecimalFormatter, DecimalFormatterPreferences};
use icu_locale_core::{LanguageIdentifier, Locale};

/// Writes amounts and times for one shop. It is made once; any thread may use it.
#[derive(Debug)]
pub(crate) struct Format {
    language: LanguageIdentifier,
    currency: Currency,
    numbers: DecimalFormatter,
    dates: FixedCalendarDateTimeFormatter<Gregorian, YMD>,
    times: FixedCalendarDateTimeFormatter<Gregorian, YMDT>,
}

impl Format {
    /// For a BCP 47 tag such as `en-IE`. A locale that nobody knows is written as plain English, since a
    /// typing error in a setting must not close the shop.
    pub(crate) fn new(locale: &str, currency: Currency) -> Self {
        let wanted = locale.parse::<Locale>().ok().and_then(|locale| Self::of(locale, currency));
        wanted.or_else(|| Self::of(Locale::UNKNOWN, currency)).expect("the root locale is compiled in")
    }

    fn of(locale: Locale, currency: Currency) -> Option<Self> {
        let preferences = DateTimeFormatterPreferences::from(&locale);
        Some(Self {
            currency,
            numbers: DecimalFormatter::try_new(
                DecimalFormatterPreferences::from(&locale),
                Default::default(),
            )
            .ok()?,
            dates: FixedCalendarDateTimeFormatter::try_new(preferences, YMD::medium()).ok()?,
            times: FixedCalendarDateTimeFormatter::try_new(preferences, YMD::medium().with_time_hm()).ok()?,
            language: locale.id,
        })
    }

    /// The currency of the shop.
    pub(crate) fn currency(&self) -> Currency {
        self.currency
    }

    /// Minor units of the shop's currency as a price: 1450 in EUR is "€14.50".
    pub(crate) fn money(&self, minor: i64) -> String {
        self.money_in(minor, self.currency)
    }

    /// Minor units of any currency as a price.
    pub(crate) fn money_in(&self, minor: i64, currency: Currency) -> String {
        let mut amount = Decimal::from(minor.unsigned_abs());
        let digits = currencies::minor_digits(currency.code());
        amount.multiply_pow10(-digits);
        amount.pad_end(-digits);
        let number = self.numbers.format(&amount).to_string();
        let sign = if minor < 0 { "\u{2212}" } else { "" };
        format!("{sign}{}", currencies::with_symbol(&self.language, currency.code(), &number))
    }

    /// The amount without its symbol, as it is typed into a field: 1450 in EUR is "14.50", in any locale.
    pub(crate) fn plain_amount(&self, minor: i64) -> String {
        let mut amount = Decimal::from(minor);
        let digits = currencies::minor_digits(self.currency.code());
        amount.multiply_pow10(-digits);
        amount.pad_end(-digits);
        amount.to_string()
    }

    /// A number with the locale's grouping: "10,000".
    pub(crate) fn number(&self, number: i64) -> String {
        self.numbers.format(&Decimal::from(number)).to_string()
    }

    /// The day, in UTC: "21 Nov 2026".
    pub(crate) fn date(&self, at: Timestamp) -> String {
        self.dates.format(&civil(at).date).to_string()
    }

    /// The day and the minute, with the zone, since nobody told ours: "21 Nov 2026, 09:30 UTC".
    pub(crate) fn date_time(&self, at: Timestamp) -> String {
        format!("{} UTC", self.times.format(&civil(at)))
    }
}

/// How many decimal places a currency has (ISO 4217): 2 for EUR, 0 for JPY, 3 for KWD.
pub(crate) fn minor_digits(currency: Currency) -> u8 {
    u8::try_from(currencies::minor_digits(currency.code())).unwrap_or(2)
}

/// The point in time on a calendar in UTC.
fn civil(at: Timestamp) -> DateTime<Gregorian> {
    const MS_A_DAY: i64 = 86_400_000;
    let (days, ms) = (at.unix_ms().div_euclid(MS_A_DAY), at.unix_ms().rem_euclid(MS_A_DAY));
    let seconds = ms / 1_000;
    let part = |value: i64| u8::try_from(value).unwrap_or(0);
    DateTime {
        date: Date::from_rata_die(icu_calendar::types::RataDie::new(days + UNIX_EPOCH_RATA_DIE), Gregorian),
        time: Time::try_new(part(seconds / 3600), part(seconds / 60 % 60), part(seconds % 60), 0)
            .unwrap_or_else(|_| Time::start_of_day()),
    }
}

/// 1970-01-01 counted in days from 0001-01-01, which is day 1.
const UNIX_EPOCH_RATA_DIE: i64 = 719_163;
