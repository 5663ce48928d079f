//! What comes over the pipe, with every announced length looked at before anybody makes room for it.

use std::io::{self, Read};

use arrow_ipc::root_as_message;

/// The most bytes that the head of a message has: names of columns and places of cells.
const MOST_HEAD: usize = 64 << 20;

/// What a message of an Arrow stream begins with, before the length of its head.
const BEGINNING: [u8; 4] = [0xff; 4];

/// A stream of Arrow messages whose announced lengths are bounded.
///
/// # Security
///
/// The reader of Arrow makes room for what a message announces before it comes, and a program that
/// finds no room ends: so would a daemon, by one bad frame of a damaged or exchanged program.
pub(crate) struct Frames<R> {
    stream: R,
    most: u64,
    /// Beginning and head of the message at hand.
    head: Vec<u8>,
    /// How much of it is given.
    given: usize,
    /// How much of the body behind it is still to come.
    body: u64,
}

impl<R: Read> Frames<R> {
    /// Passes on messages whose bodies have at most so many bytes.
    pub(crate) fn new(stream: R, most: u64) -> Self {
        Self {
            stream,
            most,
            head: Vec::new(),
            given: 0,
            body: 0,
        }
    }

    /// Takes the head of the next message; leaves none at the end.
    fn next_head(&mut self) -> io::Result<()> {
        self.head.clear();
        self.given = 0;
        let mut beginning = [0; 8];
        let first = self.stream.read(&mut beginning)?;
        if first == 0 {
            return Ok(());
        }
        self.stream.read_exact(&mut beginning[first..])?;
        let (mark, length) = beginning.split_at(BEGINNING.len());
        let length = length.try_into().map_or(-1, i32::from_le_bytes);
        let length = usize::try_from(length).ok().filter(|it| *it <= MOST_HEAD);
        let length = length.filter(|_| mark == BEGINNING).ok_or_else(broken)?;
        self.head.extend_from_slice(&beginning);
        let taken = (&mut self.stream)
            .take(length as u64)
            .read_to_end(&mut self.head)?;
        if taken < length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if length > 0 {
            let message = root_as_message(&self.head[8..]).map_err(|_| broken())?;
            let body = u64::try_from(message.bodyLength()).map_err(|_| broken())?;
            if body > self.most {
                return Err(broken());
            }
            self.body = body;
        }
        Ok(())
    }
}

impl<R: Read> Read for Frames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.given == self.head.len() && self.body == 0 {
            self.next_head()?;
        }
        let head = &self.head[self.given..];
        if head.is_empty() {
            let taken = (&mut self.stream).take(self.body).read(buffer)?;
            self.body -= taken as u64;
            return Ok(taken);
        }
        let taken = head.len().min(buffer.len());
        buffer[..taken].copy_from_slice(&head[..taken]);
        self.given += taken;
        Ok(taken)
    }
}

fn broken() -> io::Error {
    io::ErrorKind::InvalidData.into()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{Int64Array, RecordBatch};
    use arrow_ipc::reader::StreamReader;
    use arrow_ipc::writer::StreamWriter;

    use super::*;

    /// A stream of one column with three rows.
    fn stream() -> Vec<u8> {
        let cells = Int64Array::from(vec![1, 2, 3]);
        let batch = RecordBatch::try_from_iter([("n", Arc::new(cells) as _)]).unwrap();
        let mut writer = StreamWriter::try_new(Vec::new(), &batch.schema()).unwrap();
        writer.write(&batch).unwrap();
        writer.into_inner().unwrap()
    }

    fn rows(stream: &[u8], most: u64) -> Option<usize> {
        let reader = StreamReader::try_new(Frames::new(stream, most), None).ok()?;
        reader.map(|batch| Some(batch.ok()?.num_rows())).sum()
    }

    #[test]
    fn a_stream_within_its_bounds_is_passed_on() {
        let stream = stream();
        assert_eq!(rows(&stream, 1 << 20), Some(3));
        let mut passed = Vec::new();
        Frames::new(&stream[..], 1 << 20)
            .read_to_end(&mut passed)
            .unwrap();
        assert_eq!(passed, stream);
    }

    #[test]
    fn a_body_that_is_announced_too_long_is_refused_before_it_comes() {
        assert_eq!(rows(&stream(), 16), None);
    }

    #[test]
    fn a_head_that_is_announced_too_long_or_cut_is_refused() {
        for length in [i32::MAX, -1, 1 << 27] {
            let mut frame = BEGINNING.to_vec();
            frame.extend(length.to_le_bytes());
            assert_eq!(rows(&frame, 1 << 20), None, "{length}");
        }
        let stream = stream();
        for cut in 1..8 {
            assert_eq!(rows(&stream[..cut], 1 << 20), None, "{cut}");
        }
        // The end's own eight bytes, and some of the body before it.
        assert_eq!(rows(&stream[..stream.len() - 12], 1 << 20), None);
    }
}
