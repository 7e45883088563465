//! Units of text: what stages work on. One string and offsets, as an Arrow array of strings has
//! them, so that they can be handed over without a copy.

mod cut;
mod position;
mod record;
mod split;
mod unit;

pub use position::Position;
pub use record::Record;
pub use unit::Unit;

pub(crate) use cut::Cut;
pub(crate) use position::{Origins, Positions};
pub(crate) use split::Split;

use std::borrow::Cow;

use crate::{Error, Result};

/// How many bytes the units of one [`Units`] may have together: offsets are 32 bits wide.
pub const MAX_TEXT: usize = i32::MAX as usize;

/// Texts one after the other. Text `i` is `text[offsets[i]..offsets[i + 1]]`.
///
/// ```
/// use arrowsmith_text::Units;
///
/// let mut units = Units::new();
/// units.push("hello")?;
/// units.push("")?;
/// assert_eq!(units.get(0), Some("hello"));
/// let (text, offsets) = units.into_parts();
/// assert_eq!((text.as_str(), offsets.as_slice()), ("hello", [0, 5, 5].as_slice()));
/// # Ok::<(), arrowsmith_text::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Units {
    text: String,
    /// Begins with zero, never falls, ends with the length of `text`.
    offsets: Vec<i32>,
}

impl Units {
    pub fn new() -> Self {
        Self::with_capacity(0, 0)
    }

    pub fn with_capacity(units: usize, bytes: usize) -> Self {
        let mut offsets = Vec::with_capacity(units + 1);
        offsets.push(0);
        Self { text: String::with_capacity(bytes), offsets }
    }

    /// Takes what an Arrow array has: its text, and offsets into it.
    ///
    /// # Errors
    /// [`Error::Layout`] unless offsets begin with zero, never fall, end with the text's length and
    /// lie between characters.
    pub fn from_parts(text: String, offsets: Vec<i32>) -> Result<Self> {
        let wrong = |reason: String| Err(Error::Layout { reason });
        let ends = [offsets.first().copied(), offsets.last().copied()];
        if ends[0] != Some(0)
            || ends[1].and_then(|end| usize::try_from(end).ok()) != Some(text.len())
        {
            return wrong(format!(
                "offsets have to go from 0 to {}, the length of the text, and go from {} to {}",
                text.len(),
                ends[0].map_or("none".to_owned(), |offset| offset.to_string()),
                ends[1].map_or("none".to_owned(), |offset| offset.to_string()),
            ));
        }
        if let Some(unit) = offsets.windows(2).position(|pair| pair[0] > pair[1]) {
            return wrong(format!("text {unit} would end before it begins"));
        }
        if let Some(unit) = offsets.iter().position(|&at| !text.is_char_boundary(at as usize)) {
            return wrong(format!("text {unit} would begin within a character"));
        }
        Ok(Self { text, offsets })
    }

    /// The text and the offsets, as an Arrow array has them.
    pub fn into_parts(self) -> (String, Vec<i32>) {
        (self.text, self.offsets)
    }

    /// One unit, without a copy.
    pub(crate) fn one(text: String) -> Result<Self> {
        let end = offset(text.len())?;
        Ok(Self { text, offsets: vec![0, end] })
    }

    /// # Errors
    /// [`Error::TooMuchText`] beyond [`MAX_TEXT`] bytes.
    pub fn push(&mut self, unit: &str) -> Result<()> {
        let end = offset(self.text.len() + unit.len())?;
        self.text.push_str(unit);
        self.offsets.push(end);
        Ok(())
    }

    pub fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All texts one after the other.
    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn offsets(&self) -> &[i32] {
        &self.offsets
    }

    pub fn get(&self, unit: usize) -> Option<&str> {
        let (start, end) = (*self.offsets.get(unit)?, *self.offsets.get(unit + 1)?);
        self.text.get(start as usize..end as usize)
    }

    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> + Clone {
        self.offsets.windows(2).map(|pair| &self.text[pair[0] as usize..pair[1] as usize])
    }

    /// Those at the places that are given, in that order.
    pub(crate) fn select(&self, places: impl Iterator<Item = usize>) -> Result<Self> {
        let mut selected = Self::with_capacity(places.size_hint().0, 0);
        for unit in places.filter_map(|place| self.get(place)) {
            selected.push(unit)?;
        }
        Ok(selected)
    }

    /// Changes each unit by itself.
    ///
    /// # Errors
    /// [`Error::TooMuchText`] beyond [`MAX_TEXT`] bytes.
    pub fn map(&self, change: impl Fn(&str) -> Cow<'_, str>) -> Result<Self> {
        let mut changed = Self::with_capacity(self.len(), self.text.len());
        for unit in self.iter() {
            changed.push(&change(unit))?;
        }
        Ok(changed)
    }
}

impl Default for Units {
    fn default() -> Self {
        Self::new()
    }
}

fn offset(length: usize) -> Result<i32> {
    i32::try_from(length).map_err(|_| Error::TooMuchText)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_that_do_not_belong_together_are_refused() {
        let wrong = [
            (vec![], "from none to none"),
            (vec![1, 3], "from 1 to 3"),
            (vec![0, 2], "from 0 to 2"),
            (vec![0, 3, 1, 3], "text 1 would end before it begins"),
            (vec![0, 2, 3], "text 1 would begin within a character"),
            (vec![0, -1, 3], "text 0 would end before it begins"),
        ];
        for (offsets, reason) in wrong {
            let error = Units::from_parts("aé".to_owned(), offsets).unwrap_err().to_string();
            assert!(error.contains(reason), "{error}");
        }
        let units = Units::from_parts("aé".to_owned(), vec![0, 0, 1, 3]).unwrap();
        assert!(units.iter().eq(["", "a", "é"]));
        assert_eq!(Units::from_parts(String::new(), vec![0]).unwrap(), Units::new());
    }
}
