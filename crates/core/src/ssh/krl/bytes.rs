//! Numbers, strings and sections as SSH writes them (RFC 4251, section 5). Nothing is read beyond an end.

use super::{KrlError, LONGEST_KRL};

/// Puts bytes together.
#[derive(Default)]
pub(super) struct Writer(Vec<u8>);

impl Writer {
    pub(super) fn raw(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    pub(super) fn u32(&mut self, number: u32) {
        self.raw(&number.to_be_bytes());
    }

    pub(super) fn u64(&mut self, number: u64) {
        self.raw(&number.to_be_bytes());
    }

    /// Bytes with their length before them.
    pub(super) fn string(&mut self, bytes: &[u8]) -> Result<(), KrlError> {
        self.u32(u32::try_from(bytes.len()).map_err(|_| KrlError::TooLong)?);
        self.raw(bytes);
        Ok(())
    }

    /// A section: its kind, and as a string what `fill` writes.
    pub(super) fn section(
        &mut self,
        kind: u8,
        fill: impl FnOnce(&mut Writer) -> Result<(), KrlError>,
    ) -> Result<(), KrlError> {
        let mut inner = Writer::default();
        fill(&mut inner)?;
        self.raw(&[kind]);
        self.string(&inner.0)
    }

    pub(super) fn finish(self) -> Result<Vec<u8>, KrlError> {
        if self.0.len() > LONGEST_KRL { Err(KrlError::TooLong) } else { Ok(self.0) }
    }
}

/// Takes bytes apart.
pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn u32(&mut self) -> Result<u32, KrlError> {
        self.array().map(u32::from_be_bytes)
    }

    pub(super) fn u64(&mut self) -> Result<u64, KrlError> {
        self.array().map(u64::from_be_bytes)
    }

    pub(super) fn string(&mut self) -> Result<&'a [u8], KrlError> {
        let length = usize::try_from(self.u32()?).map_err(|_| KrlError::Short)?;
        let (string, rest) = self.0.split_at_checked(length).ok_or(KrlError::Short)?;
        self.0 = rest;
        Ok(string)
    }

    /// The next section, unless there is none; one that says nothing is refused.
    pub(super) fn section(&mut self) -> Result<Option<(u8, Reader<'a>)>, KrlError> {
        let Some((kind, rest)) = self.0.split_first() else { return Ok(None) };
        self.0 = rest;
        match self.string()? {
            b"" => Err(KrlError::Empty),
            inner => Ok(Some((*kind, Reader(inner)))),
        }
    }

    /// That nothing is left.
    pub(super) fn end(&self) -> Result<(), KrlError> {
        if self.is_empty() { Ok(()) } else { Err(KrlError::Trailing) }
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], KrlError> {
        let (array, rest) = self.0.split_first_chunk().ok_or(KrlError::Short)?;
        self.0 = rest;
        Ok(*array)
    }
}
