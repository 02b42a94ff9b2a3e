//! From the text of a field to a number: exact (correctly rounded) and fast for plain decimals.

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Field {
    /// A finite number.
    Number(f64),
    /// A missing token.
    Missing,
    /// A number by its spelling, but infinite or NaN.
    NonFinite,
    /// Anything else.
    Text,
}

/// The tokens that mean "missing".
pub(crate) struct Missing {
    tokens: Vec<String>,
    /// Whether no token reads as a number, so that numbers need not be compared with the tokens.
    pub(crate) apart_from_numbers: bool,
}

impl Missing {
    pub(crate) fn new(tokens: &[String]) -> Self {
        let tokens: Vec<String> = tokens.iter().map(|t| trim(t).to_owned()).collect();
        let apart_from_numbers = !tokens.iter().any(|t| t.parse().is_ok_and(f64::is_finite));
        Self { tokens, apart_from_numbers }
    }

    /// Whether the trimmed `field` is missing.
    pub(crate) fn contains(&self, field: &str) -> bool {
        self.tokens.iter().any(|token| token == field)
    }

    /// What the trimmed `field` holds.
    pub(crate) fn classify(&self, field: &str) -> Field {
        if self.apart_from_numbers
            && let Some((number, length)) = prefix(field.as_bytes())
            && length == field.len()
        {
            return Field::Number(number);
        }
        if self.contains(field) {
            return Field::Missing;
        }
        standard(field)
    }
}

/// What `field` holds, where nothing means "missing": never [`Field::Missing`]. Reads numbers as CSV fields are read.
#[inline]
pub(crate) fn classify(field: &[u8]) -> Field {
    if let Some((number, length)) = prefix(field)
        && length == field.len()
    {
        return Field::Number(number);
    }
    std::str::from_utf8(field).map_or(Field::Text, standard)
}

/// By the standard library.
fn standard(field: &str) -> Field {
    match field.parse::<f64>() {
        Ok(number) if number.is_finite() => Field::Number(number),
        Ok(_) => Field::NonFinite,
        Err(_) => Field::Text,
    }
}

/// The field without blanks and tabs around it.
pub(crate) fn trim(field: &str) -> &str {
    field.trim_matches([' ', '\t'])
}

/// The powers of ten that are exact in f64.
const TENS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
    1e19, 1e20, 1e21, 1e22,
];

/// The decimal at the beginning of `bytes` and its length, where it can be read exactly in one pass: at most 19
/// significant digits and a small power of ten. `None` leaves the field to the standard library.
#[inline]
pub(crate) fn prefix(bytes: &[u8]) -> Option<(f64, usize)> {
    let negative = bytes.first() == Some(&b'-');
    let start = usize::from(negative);
    let (mut mantissa, mut at) = few_digits(bytes, start, 0);
    let mut count = at - start;
    let mut power = 0_i32;
    if bytes.get(at) == Some(&b'.') {
        let point = at + 1;
        (mantissa, at) = digits(bytes, point, mantissa);
        count += at - point;
        power = -i32::try_from(at - point).ok()?;
    }
    // 19 digits fit in u64; a mantissa of more digits has wrapped, unless zeros lead it.
    if count == 0 || (count > 19 && count - leading_zeros(&bytes[start..]) > 19) {
        return None;
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        let sign = bytes.get(at + 1);
        let start = at + 1 + usize::from(matches!(sign, Some(b'+' | b'-')));
        let (exponent, end) = few_digits(bytes, start, 0);
        if end == start || end > start + 3 {
            return None;
        }
        power += if sign == Some(&b'-') { -(exponent as i32) } else { exponent as i32 };
        at = end;
    }
    let value = scale(mantissa, power)?;
    Some((f64::from_bits(value.to_bits() | u64::from(negative) << 63), at))
}

/// `mantissa` · 10^`power`, correctly rounded, where that is cheap.
#[inline]
fn scale(mantissa: u64, power: i32) -> Option<f64> {
    let size = power.unsigned_abs();
    if mantissa <= 1 << 53 {
        // Both factors are exact, so one operation rounds correctly (Clinger 1990).
        let ten = *TENS.get(size as usize)?;
        return Some(if power < 0 { mantissa as f64 / ten } else { mantissa as f64 * ten });
    }
    if !(-27..=0).contains(&power) {
        return None;
    }
    // mantissa / (5^k 2^k), both shifted to the top of 64 bits, so that the quotient takes 63 or 64 bits: the bit that
    // stands for the remainder lies below the rounding bit, and the cast rounds correctly.
    let five = 5_u64.pow(size);
    let (up, down) = (mantissa.leading_zeros(), five.leading_zeros());
    let dividend = u128::from(mantissa << up) << 63;
    let divisor = u128::from(five << down);
    let quotient = dividend / divisor;
    let sticky = u64::from(quotient * divisor != dividend);
    let two = f64::from_bits(u64::from(1023 + down - 63 - up - size) << 52);
    Some((quotient as u64 | sticky) as f64 * two)
}

/// How many zeros lead the digits of a decimal.
fn leading_zeros(decimal: &[u8]) -> usize {
    let zeros = decimal.iter().take_while(|b| matches!(b, b'0' | b'.'));
    zeros.filter(|b| **b == b'0').count()
}

/// Appends the run of digits at `at` to `value`; returns it and where the run ends.
#[inline]
fn digits(bytes: &[u8], mut at: usize, mut value: u64) -> (u64, usize) {
    while let Some(eight) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let Some(number) = eight_digits(u64::from_le_bytes(*eight)) else { break };
        value = value.wrapping_mul(100_000_000).wrapping_add(number);
        at += 8;
    }
    few_digits(bytes, at, value)
}

/// The same, digit by digit: faster for short runs.
#[inline]
fn few_digits(bytes: &[u8], mut at: usize, mut value: u64) -> (u64, usize) {
    while let Some(&byte) = bytes.get(at) {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            break;
        }
        value = value.wrapping_mul(10).wrapping_add(u64::from(digit));
        at += 1;
    }
    (value, at)
}

/// The number of eight ASCII digits at once; `None` if one byte is no digit. Neighbours are joined to pairs, pairs to
/// fours, fours to the eight.
#[inline]
fn eight_digits(bytes: u64) -> Option<u64> {
    let high = bytes & 0xf0f0_f0f0_f0f0_f0f0;
    let carried = bytes.wrapping_add(0x0606_0606_0606_0606) & 0xf0f0_f0f0_f0f0_f0f0;
    if high != 0x3030_3030_3030_3030 || carried != high {
        return None;
    }
    let ones = bytes & 0x0f0f_0f0f_0f0f_0f0f;
    let pairs = (ones.wrapping_mul(2561) >> 8) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs.wrapping_mul(6_553_601) >> 16) & 0x0000_ffff_0000_ffff;
    Some(fours.wrapping_mul(42_949_672_960_001) >> 32)
}

#[cfg(test)]
mod tests {
    use super::prefix;

    #[test]
    fn agrees_with_the_standard_library() {
        for text in [
            "0",
            "-0",
            "1",
            "-1.5",
            "5.",
            ".5",
            "-.5",
            "123456789012345",
            "0.1",
            "3.14159",
            "1e22",
            "1e-22",
            "1E5",
            "2.5e+3",
            "1.7976931348623157",
            "0000000000000000001",
            "1e022",
            "12345.678e-10",
            "1.2345678901234567",
            "-2.9999999999999996",
            "0.00012345678901234567",
            "9007199254740993",
            "12345678",
            "9223372036854775809",
            "9999999999999999999",
            "0.9999999999999999999",
            "18014398509481985.5",
            "12345678901234567e-27",
        ] {
            let (value, length) = prefix(text.as_bytes()).unwrap();
            assert_eq!(value.to_bits(), text.parse::<f64>().unwrap().to_bits(), "{text}");
            assert_eq!(length, text.len(), "{text}");
        }
    }

    #[test]
    fn leaves_the_rest_alone() {
        for text in
            ["", "-", ".", "-.", "e5", "1e", "1e+", "1e999", "1e23", "9007199254740993e1", "+1", "inf", "NaN"]
        {
            assert_eq!(prefix(text.as_bytes()), None, "{text}");
        }
        assert_eq!(prefix(b"1x"), Some((1.0, 1)));
        assert_eq!(prefix(b"18446744073709551617"), None);
    }
}
