//! Currencies by their codes of ISO 4217: the ones that people pay with. Funds, metals, test codes and superseded currencies are
//! left out.

use std::sync::LazyLock;

use iso_currency::Currency as Iso;

/// The currencies by code.
static CURRENCIES: LazyLock<Vec<Currency>> = LazyLock::new(|| {
    let codes = (0..1_000).filter_map(Iso::from_numeric);
    let current = codes.filter(|iso| !iso.is_fund() && !iso.is_special() && iso.is_superseded().is_none());
    let mut all: Vec<Currency> = current.map(Currency).collect();
    all.sort_by_key(|currency| currency.code());
    all.dedup();
    all
});

/// A currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Currency(Iso);

impl Currency {
    /// All of them, by code.
    pub fn all() -> &'static [Self] {
        &CURRENCIES
    }

    /// The currency with this code, in whatever case.
    pub fn find(code: &str) -> Option<Self> {
        let wanted = code.trim();
        CURRENCIES
            .iter()
            .find(|currency| currency.code().eq_ignore_ascii_case(wanted))
            .copied()
    }

    /// Three capital letters.
    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// Its name in English.
    pub fn name(self) -> String {
        self.0.name().to_owned()
    }

    /// How many digits its minor unit has: 2 for cents, 0 for yen, 3 for the fils of a dinar.
    pub fn digits(self) -> u32 {
        self.0.exponent().map_or(2, u32::from)
    }

    /// The sign, where everyone reads it as this currency alone.
    fn sign(self) -> Option<String> {
        match self.code() {
            "USD" => Some("$".to_owned()),
            "GBP" => Some("£".to_owned()),
            "JPY" => Some("¥".to_owned()),
            _ => {
                let sign = self.0.symbol().symbol;
                let is_sign = |c: char| matches!(c, '฿' | '\u{20a0}'..='\u{20cf}');
                let mut letters = sign.chars();
                let single = letters.next().is_some_and(is_sign) && letters.next().is_none();
                let uses = CURRENCIES
                    .iter()
                    .filter(|other| other.0.symbol().symbol == sign)
                    .count();
                (single && uses == 1).then_some(sign)
            }
        }
    }

    /// An amount of minor units as people read it: "€1,234.50", "¥1,200", "CHF 0.05", "−$3.00".
    pub fn amount(self, minor: i64) -> String {
        let minus = if minor < 0 { "\u{2212}" } else { "" };
        let before = self.sign().unwrap_or_else(|| format!("{}\u{a0}", self.code()));
        format!("{minus}{before}{}", grouped(&self.plain(minor.unsigned_abs())))
    }

    /// An amount of minor units for programs: "-1234.50".
    pub fn decimal(self, minor: i64) -> String {
        let minus = if minor < 0 { "-" } else { "" };
        format!("{minus}{}", self.plain(minor.unsigned_abs()))
    }

    fn plain(self, minor: u64) -> String {
        let digits = usize::try_from(self.digits()).unwrap_or_default();
        let mut text = format!("{minor:0width$}", width = digits + 1);
        if digits > 0 {
            text.insert(text.len() - digits, '.');
        }
        text
    }
}

/// "1234.50" as "1,234.50".
fn grouped(text: &str) -> String {
    let (whole, rest) = text.find('.').map_or((text, ""), |at| text.split_at(at));
    let mut grouped = String::with_capacity(text.len() * 4 / 3 + 1);
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped + rest
}

/// Reads a code as chosen.
///
/// # Errors
/// A message for the person who chose it.
pub fn parse(text: &str) -> Result<String, &'static str> {
    Currency::find(text)
        .map(|currency| currency.code().to_owned())
        .ok_or("Choose a currency of the list, like EUR")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn currency(code: &str) -> Currency {
        Currency::find(code).unwrap()
    }

    #[test]
    fn the_list_has_the_currencies_that_people_pay_with() {
        let all = Currency::all();
        assert!(all.windows(2).all(|pair| pair[0].code() < pair[1].code()));
        assert!(all.len() > 140 && all.iter().all(|currency| !currency.name().is_empty()));
        assert_eq!(parse(" eur").unwrap(), "EUR");
        for none in ["XXX", "", "XAU", "CHE", "BGN", "HRK"] {
            assert!(parse(none).is_err(), "{none}");
        }
    }

    #[test]
    fn each_currency_has_its_own_minor_unit() {
        let digits = ["EUR", "JPY", "BHD", "ISK", "KWD"].map(|code| currency(code).digits());
        assert_eq!(digits, [2, 0, 3, 0, 3]);
    }

    #[test]
    fn amounts_read_as_people_write_them() {
        let read = |code: &str, minor: i64| currency(code).amount(minor);
        assert_eq!(read("EUR", 123_450), "€1,234.50");
        assert_eq!(read("JPY", 1_200), "¥1,200");
        assert_eq!(read("BHD", 5), "BHD\u{a0}0.005");
        assert_eq!(read("USD", -300), "\u{2212}$3.00");
        assert_eq!(read("CAD", 100_000_000), "CAD\u{a0}1,000,000.00");
        assert_eq!(read("EUR", i64::MIN), "\u{2212}€92,233,720,368,547,758.08");
    }

    #[test]
    fn amounts_for_programs_have_a_point_and_no_groups() {
        let read = |code: &str, minor: i64| currency(code).decimal(minor);
        assert_eq!(read("EUR", -123_450), "-1234.50");
        assert_eq!(read("JPY", 1_200), "1200");
        assert_eq!(read("BHD", 1), "0.001");
    }
}
