//! `FarmHash` Fingerprint64, which gives the same number everywhere and forever.
//!
//! The algorithm is `farmhashna::Hash64` of <https://github.com/google/farmhash> (Geoff Pike,
//! Google, 2014, MIT license), of which this is a translation without unaligned reads.

use std::num::Wrapping;

type Word = Wrapping<u64>;

const K0: Word = Wrapping(0xc3a5_c85c_97cb_3127);
const K1: Word = Wrapping(0xb492_b66f_be98_f273);
const K2: Word = Wrapping(0x9ae1_6a3b_2f90_404f);

/// The 64-bit fingerprint of some bytes. It is no cryptographic hash.
///
/// ```
/// assert_eq!(arrowsmith_text::fingerprint64(b"hello"), 13_009_744_463_427_800_296);
/// ```
pub fn fingerprint64(bytes: &[u8]) -> u64 {
    let hash = match bytes.len() {
        0..=16 => up_to_16(bytes),
        17..=32 => up_to_32(bytes),
        33..=64 => up_to_64(bytes),
        _ => longer(bytes),
    };
    hash.0
}

/// Little-endian bytes from `at` on.
fn word(bytes: &[u8], at: usize) -> Word {
    Wrapping(bytes[at..].first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes)))
}

fn half_word(bytes: &[u8], at: usize) -> Word {
    Wrapping(bytes[at..].first_chunk().map_or(0, |bytes| u64::from(u32::from_le_bytes(*bytes))))
}

fn rotate(word: Word, by: u32) -> Word {
    Wrapping(word.0.rotate_right(by))
}

fn shift_mix(word: Word) -> Word {
    word ^ (word >> 47)
}

fn mix(first: Word, second: Word, factor: Word) -> Word {
    let inner = shift_mix((first ^ second) * factor);
    shift_mix((second ^ inner) * factor) * factor
}

fn length(bytes: &[u8]) -> Word {
    Wrapping(bytes.len() as u64)
}

fn up_to_16(bytes: &[u8]) -> Word {
    let len = bytes.len();
    let factor = K2 + length(bytes) * Wrapping(2);
    match len {
        0 => K2,
        1..=3 => {
            let [first, middle, last] =
                [0, len >> 1, len - 1].map(|at| Wrapping(u64::from(bytes[at])));
            let low = first + (middle << 8);
            let high = length(bytes) + (last << 2);
            shift_mix((low * K2) ^ (high * K0)) * K2
        }
        4..=7 => {
            let start = half_word(bytes, 0);
            mix(length(bytes) + (start << 3), half_word(bytes, len - 4), factor)
        }
        _ => {
            let start = word(bytes, 0) + K2;
            let end = word(bytes, len - 8);
            let first = rotate(end, 37) * factor + start;
            mix(first, (rotate(start, 25) + end) * factor, factor)
        }
    }
}

/// What texts of 17 to 64 bytes begin with: both words for the last mixing, and the first one read.
fn ends(bytes: &[u8], first_factor: Word) -> (Word, Word, Word) {
    let len = bytes.len();
    let factor = K2 + length(bytes) * Wrapping(2);
    let first = word(bytes, 0) * first_factor;
    let second = word(bytes, 8);
    let last = word(bytes, len - 8) * factor;
    let before = word(bytes, len - 16) * K2;
    let left = rotate(first + second, 43) + rotate(last, 30) + before;
    (left, first + rotate(second + K2, 18) + last, first)
}

fn up_to_32(bytes: &[u8]) -> Word {
    let (left, right, _) = ends(bytes, K1);
    mix(left, right, K2 + length(bytes) * Wrapping(2))
}

fn up_to_64(bytes: &[u8]) -> Word {
    let len = bytes.len();
    let factor = K2 + length(bytes) * Wrapping(2);
    let (left, right, first) = ends(bytes, K2);
    let mixed = mix(left, right, factor);
    let third = word(bytes, 16) * factor;
    let fourth = word(bytes, 24);
    let fifth = (left + word(bytes, len - 32)) * factor;
    let sixth = (mixed + word(bytes, len - 24)) * factor;
    mix(
        rotate(third + fourth, 43) + rotate(fifth, 30) + sixth,
        third + rotate(fourth + first, 18) + fifth,
        factor,
    )
}

/// What a long text is folded into, 64 bytes at a time.
struct State {
    x: Word,
    y: Word,
    z: Word,
    v: (Word, Word),
    w: (Word, Word),
}

impl State {
    /// `weight` is what tells the last block from the others.
    fn fold(&mut self, block: &[u8], factor: Word, weight: Word) {
        let Self { x, y, z, v, w } = self;
        *x = rotate(*x + *y + v.0 + word(block, 8), 37) * factor;
        *y = rotate(*y + v.1 + word(block, 48), 42) * factor;
        *x ^= w.1 * weight;
        *y += v.0 * weight + word(block, 40);
        *z = rotate(*z + w.0, 33) * factor;
        *v = fold_half(block, v.1 * factor, *x + w.0);
        *w = fold_half(&block[32..], *z + w.1, *y + word(block, 16));
        std::mem::swap(z, x);
    }
}

fn fold_half(block: &[u8], a: Word, b: Word) -> (Word, Word) {
    let start = a + word(block, 0);
    let end = word(block, 24);
    let sum = start + word(block, 8) + word(block, 16);
    (sum + end, rotate(b + start + end, 21) + rotate(sum, 44) + start)
}

fn longer(bytes: &[u8]) -> Word {
    let seed = Wrapping(81);
    let y = seed * K1 + Wrapping(113);
    let z = shift_mix(y * K2 + Wrapping(113)) * K2;
    let none = (Wrapping(0), Wrapping(0));
    let mut state = State { x: seed * K2 + word(bytes, 0), y, z, v: none, w: none };
    let last = (bytes.len() - 1) / 64 * 64;
    for block in bytes[..last].chunks_exact(64) {
        state.fold(block, K1, Wrapping(1));
    }
    let factor = K1 + ((state.z & Wrapping(0xff)) << 1);
    state.w.0 += Wrapping((bytes.len() as u64 - 1) & 63);
    state.v.0 += state.w.0;
    state.w.0 += state.v.0;
    state.fold(&bytes[bytes.len() - 64..], factor, Wrapping(9));
    let State { x, y, z, v, w } = state;
    mix(mix(v.0, w.0, factor) + shift_mix(y) * K0 + z, mix(v.1, w.1, factor) + x, factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_texts_have_their_known_fingerprints() {
        // The last is the example of BigQuery's FARM_FINGERPRINT, which shows it as a signed number.
        let known = [
            ("hello", 13_009_744_463_427_800_296),
            ("world", 16_436_542_438_370_751_598),
            ("alphabet", 16_019_578_149_073_203_093),
            ("1footrue", (-1_541_654_101_129_638_711_i64).cast_unsigned()),
        ];
        for (text, fingerprint) in known {
            assert_eq!(fingerprint64(text.as_bytes()), fingerprint, "{text}");
        }
    }

    /// The numbers were computed by Google's own code (`Fingerprint64` of the package cityhash 0.4.10).
    #[test]
    fn every_length_up_to_1100_agrees_with_the_original() {
        let data: Vec<u8> = (0..1100_u32).map(|i| (i * 31 + (i >> 3) * 17) as u8).collect();
        let known = [
            (0, 11_160_318_154_034_397_263),
            (3, 3_077_859_721_026_198_719),
            (4, 926_457_525_276_817_272),
            (16, 13_905_284_353_128_032_112),
            (32, 9_852_945_959_499_338_948),
            (64, 11_336_944_664_264_631_182),
            (65, 823_387_358_469_373_614),
            (128, 14_720_844_257_740_928_321),
            (129, 8_527_566_392_910_534_280),
        ];
        for (length, fingerprint) in known {
            assert_eq!(fingerprint64(&data[..length]), fingerprint, "{length}");
        }
        let all = (0..=1100).fold(0_u64, |sum, length| {
            sum.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(fingerprint64(&data[..length]))
        });
        assert_eq!(all, 13_516_549_841_037_528_403);
    }
}
