use consilium_schema::Encoding;
use encoding_rs::DecoderResult;

const UTF8_MARK: &[u8] = b"\xef\xbb\xbf";
const LITTLE_MARK: &[u8] = b"\xff\xfe";
const BIG_MARK: &[u8] = b"\xfe\xff";

/// The bytes that some tools write first.
pub(super) fn byte_order_mark(encoding: Encoding) -> &'static [u8] {
    match encoding {
        Encoding::Auto | Encoding::Utf8 => UTF8_MARK,
        Encoding::Utf16Le => LITTLE_MARK,
        Encoding::Utf16Be => BIG_MARK,
        Encoding::Gb18030 => b"\x84\x31\x95\x33",
    }
}

pub(super) fn coding(encoding: Encoding) -> &'static encoding_rs::Encoding {
    match encoding {
        Encoding::Auto | Encoding::Utf8 => encoding_rs::UTF_8,
        Encoding::Gb18030 => encoding_rs::GB18030,
        Encoding::Utf16Le => encoding_rs::UTF_16LE,
        Encoding::Utf16Be => encoding_rs::UTF_16BE,
    }
}

/// What the first bytes of a file give away: a mark, or the zero bytes of UTF-16.
pub(super) fn at_start(window: &[u8]) -> Option<Encoding> {
    let marked = [
        Encoding::Utf8,
        Encoding::Gb18030,
        Encoding::Utf16Le,
        Encoding::Utf16Be,
    ];
    marked
        .into_iter()
        .find(|encoding| window.starts_with(byte_order_mark(*encoding)))
        .or_else(|| utf16(window))
}

/// Delimiters, digits and line ends are ASCII in any table, so in UTF-16 one byte of many pairs is
/// zero, always on the same side. Damage puts zeros on both.
fn utf16(window: &[u8]) -> Option<Encoding> {
    let pairs = window.len() / 2;
    let zeros_at = |side: usize| {
        window
            .chunks_exact(2)
            .filter(|pair| pair[side] == 0)
            .count()
    };
    let (first, second) = (zeros_at(0), zeros_at(1));
    let enough = (pairs / 50).max(2);
    if second >= enough && second >= 8 * first {
        Some(Encoding::Utf16Le)
    } else if first >= enough && first >= 8 * second {
        Some(Encoding::Utf16Be)
    } else {
        None
    }
}

/// Decides between UTF-8 and GB18030 for a window that begins with a byte beyond ASCII.
///
/// Chinese text in one of them is almost never valid in the other. If neither fits throughout, the
/// one that fits longer wins, and the place where it stops fitting becomes the error.
pub(super) fn of_window(window: &[u8], ended: bool) -> Encoding {
    let utf8 = valid_up_to(Encoding::Utf8, window, ended);
    let gb18030 = valid_up_to(Encoding::Gb18030, window, ended);
    if utf8 >= gb18030 {
        Encoding::Utf8
    } else {
        Encoding::Gb18030
    }
}

fn valid_up_to(encoding: Encoding, window: &[u8], ended: bool) -> usize {
    let mut decoder = coding(encoding).new_decoder_without_bom_handling();
    let room = decoder.max_utf8_buffer_length_without_replacement(window.len());
    let mut text = vec![0; room.unwrap_or(4 * window.len() + 16)];
    match decoder.decode_to_utf8_without_replacement(window, &mut text, ended) {
        (DecoderResult::Malformed(bad, after), taken, _) => {
            taken.saturating_sub(usize::from(bad) + usize::from(after))
        }
        _ => window.len(),
    }
}
