mod guess;

use std::io::{self, Read};

use consilium_schema::Encoding;
use encoding_rs::{Decoder, DecoderResult};

use crate::Foreign;
use crate::error::StreamFault;
use crate::source::Unpacked;

/// How many bytes are looked at to tell encodings apart.
const WINDOW: usize = 64 << 10;

/// Turns bytes into UTF-8 as they stream by.
///
/// While all letters are ASCII the encoding stays open; the first other byte decides it, together
/// with the window that follows. What doesn't fit afterwards is an error, never a replacement
/// character. Text before a fault is handed out first.
pub(crate) struct Decode<'a> {
    source: Unpacked<'a>,
    declared: Encoding,
    phase: Phase,
    raw: Vec<u8>,
    raw_ended: bool,
    raw_fault: Option<StreamFault>,
    text: Vec<u8>,
    given: usize,
    filled: usize,
    fault: Option<StreamFault>,
}

enum Phase {
    Start,
    Ascii,
    Decoding(Box<Decoder>, Encoding),
    Ended,
}

impl<'a> Decode<'a> {
    pub(crate) fn new(source: Unpacked<'a>, declared: Encoding) -> Self {
        Self {
            source,
            declared,
            phase: Phase::Start,
            raw: Vec::with_capacity(WINDOW),
            raw_ended: false,
            raw_fault: None,
            text: Vec::new(),
            given: 0,
            filled: 0,
            fault: None,
        }
    }

    pub(crate) fn gzip(&self) -> bool {
        self.source.gzip
    }

    /// The encoding so far; pure ASCII counts as UTF-8.
    pub(crate) fn encoding(&self) -> Encoding {
        match (&self.phase, self.declared) {
            (Phase::Decoding(_, encoding), _) => *encoding,
            (_, Encoding::Auto) => Encoding::Utf8,
            (_, declared) => declared,
        }
    }

    fn refill(&mut self) {
        self.given = 0;
        self.filled = 0;
        while self.filled == 0 && self.fault.is_none() && !matches!(self.phase, Phase::Ended) {
            self.top_up();
            match &mut self.phase {
                Phase::Start => self.start(),
                Phase::Ascii => self.pass_ascii(),
                Phase::Decoding(..) => self.decode(),
                Phase::Ended => {}
            }
        }
    }

    fn top_up(&mut self) {
        let room = WINDOW - self.raw.len().min(WINDOW);
        if self.raw_ended || room == 0 {
            return;
        }
        match self.source.fill(&mut self.raw, room) {
            Ok(ended) => self.raw_ended = ended,
            Err(fault) => {
                self.raw_ended = true;
                self.raw_fault = Some(fault);
            }
        }
    }

    fn start(&mut self) {
        if let Some(kind) = Foreign::recognise(&self.raw) {
            self.fault = Some(StreamFault::Foreign(kind));
            return;
        }
        let encoding = match self.declared {
            Encoding::Auto => guess::at_start(&self.raw),
            declared => Some(declared),
        };
        self.phase = match encoding {
            None => Phase::Ascii,
            Some(encoding) => {
                let mark = guess::byte_order_mark(encoding);
                // Tools that join files leave more than one.
                while !mark.is_empty() && self.raw.starts_with(mark) {
                    self.raw.drain(..mark.len());
                }
                decoding(encoding)
            }
        };
    }

    fn pass_ascii(&mut self) {
        let ascii = encoding_rs::Encoding::ascii_valid_up_to(&self.raw);
        if ascii > 0 {
            self.text.resize(self.text.len().max(ascii), 0);
            self.text[..ascii].copy_from_slice(&self.raw[..ascii]);
            self.filled = ascii;
            self.raw.drain(..ascii);
        } else if self.raw.is_empty() {
            self.end();
        } else {
            self.phase = decoding(guess::of_window(&self.raw, self.raw_ended));
        }
    }

    fn decode(&mut self) {
        let Phase::Decoding(decoder, encoding) = &mut self.phase else {
            return;
        };
        let last = self.raw_ended && self.raw_fault.is_none();
        if self.raw.is_empty() && self.raw_fault.is_some() {
            self.end();
            return;
        }
        let room = decoder.max_utf8_buffer_length_without_replacement(self.raw.len());
        self.text
            .resize(self.text.len().max(room.unwrap_or(4 * WINDOW)), 0);
        let (result, taken, made) =
            decoder.decode_to_utf8_without_replacement(&self.raw, &mut self.text, last);
        self.raw.drain(..taken);
        self.filled = made;
        match result {
            DecoderResult::Malformed(..) => {
                self.fault = Some(StreamFault::Undecodable {
                    encoding: *encoding,
                    declared: self.declared != Encoding::Auto,
                });
            }
            DecoderResult::InputEmpty if last => {
                // The encoding stays known to `encoding()` through `declared`.
                self.declared = *encoding;
                self.end();
            }
            DecoderResult::InputEmpty | DecoderResult::OutputFull => {}
        }
    }

    fn end(&mut self) {
        self.phase = Phase::Ended;
        self.fault = self.raw_fault;
    }
}

impl Read for Decode<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.given == self.filled {
            self.refill();
        }
        let ready = &self.text[self.given..self.filled];
        if let (true, Some(fault)) = (ready.is_empty(), self.fault) {
            return Err(fault.into());
        }
        let taken = ready.len().min(buffer.len());
        buffer[..taken].copy_from_slice(&ready[..taken]);
        self.given += taken;
        Ok(taken)
    }
}

fn decoding(encoding: Encoding) -> Phase {
    let decoder = guess::coding(encoding).new_decoder_without_bom_handling();
    Phase::Decoding(Box::new(decoder), encoding)
}
