//! Text becomes units, and units become text.

use memchr::memchr;

use super::{Origins, Position, Positions, Unit, Units};
use crate::Result;

/// Units, and what has to be written between them.
#[derive(Debug)]
pub(crate) struct Split<'a> {
    unit: &'a Unit,
    /// Blank lines before the first paragraph.
    lead: String,
    /// Where the lines of the lead come from, and from which byte of it on.
    lead_parts: Vec<(usize, Position)>,
    pub(crate) units: Units,
    pub(crate) positions: Positions,
    separators: Separators,
}

#[derive(Debug)]
enum Separators {
    /// "\n" behind each, but not behind the last if it is bare.
    Lines { ends_bare: bool },
    /// One for each unit, the last one's may be empty.
    Kept(Units),
}

impl<'a> Split<'a> {
    pub(crate) fn new(unit: &'a Unit, text: String, origins: &Origins) -> Result<Self> {
        match unit {
            Unit::Whole => Self::whole(unit, text, origins),
            Unit::Line => Self::lines(unit, &text, origins),
            Unit::Paragraph => Ok(Builder::new(&text).paragraphs()?.build(unit, origins)),
            Unit::Record(record) => {
                Ok(Builder::new(&text).records(record.separator())?.build(unit, origins))
            }
        }
    }

    fn whole(unit: &'a Unit, text: String, origins: &Origins) -> Result<Self> {
        let positions = Positions::Each(origins.positions(&text, &[0]));
        let separators = Separators::Kept(Units::one(String::new())?);
        Ok(Self::without_lead(unit, Units::one(text)?, positions, separators))
    }

    fn lines(unit: &'a Unit, text: &str, origins: &Origins) -> Result<Self> {
        let mut units = Units::with_capacity(text.len() / 32, text.len());
        let first_line = origins.first_line();
        let mut starts = Vec::new();
        let mut start = 0;
        while let Some(length) = memchr(b'\n', &text.as_bytes()[start..]) {
            let line = &text[start..start + length];
            units.push(line.strip_suffix('\r').unwrap_or(line))?;
            if first_line.is_none() {
                starts.push(start);
            }
            start += length + 1;
        }
        let ends_bare = start < text.len();
        if ends_bare {
            units.push(&text[start..])?;
            starts.push(start);
        }
        let positions = match first_line {
            Some(first) => Positions::Lines { first },
            None => Positions::Each(origins.positions(text, &starts)),
        };
        let separators = Separators::Lines { ends_bare };
        Ok(Self::without_lead(unit, units, positions, separators))
    }

    fn without_lead(
        unit: &'a Unit,
        units: Units,
        positions: Positions,
        separators: Separators,
    ) -> Self {
        Self { unit, lead: String::new(), lead_parts: Vec::new(), units, positions, separators }
    }

    /// Puts other units in the place of the `count` that there were: `parents[i]` is the unit that
    /// new unit `i` was made of, and never falls. A unit without children goes with its separator.
    pub(crate) fn replace(&mut self, units: Units, parents: &[usize], count: usize) -> Result<()> {
        self.positions = self.positions.select(parents.iter().copied());
        match &mut self.separators {
            Separators::Lines { ends_bare } => {
                *ends_bare &= parents.last().is_some_and(|last| last + 1 == count);
            }
            Separators::Kept(kept) => {
                let mut new = Units::with_capacity(units.len(), kept.text().len());
                for (place, &parent) in parents.iter().enumerate() {
                    let is_inner = parents.get(place + 1) == Some(&parent);
                    let separator = if is_inner { None } else { kept.get(parent) };
                    new.push(separator.unwrap_or(self.unit.joint()))?;
                }
                *kept = new;
            }
        }
        self.units = units;
        Ok(())
    }

    /// Adds units at the end of the file, which is at `end`. If its last unit was bare, the last
    /// one now is.
    pub(crate) fn append(&mut self, trailing: &Units, end: Position) -> Result<()> {
        if trailing.is_empty() {
            return Ok(());
        }
        let count = self.units.len();
        let places = (0..count).map(|unit| self.positions.get(unit));
        let places = places.chain(std::iter::repeat_n(end, trailing.len()));
        self.positions = Positions::Each(places.collect());
        match &mut self.separators {
            Separators::Lines { ends_bare } => *ends_bare &= count > 0,
            Separators::Kept(kept) => {
                let is_bare = count > 0 && kept.get(count - 1) == Some("");
                let inner = if is_bare { count - 1 } else { count };
                let mut new = kept.select(0..inner)?;
                for _ in 0..trailing.len() {
                    new.push(self.unit.joint())?;
                }
                if is_bare {
                    new.push("")?;
                }
                *kept = new;
            }
        }
        for unit in trailing.iter() {
            self.units.push(unit)?;
        }
        Ok(())
    }

    /// The text again.
    pub(crate) fn join(self) -> String {
        match &self.separators {
            Separators::Lines { ends_bare } => join_lines(&self.units, *ends_bare),
            Separators::Kept(separators) => {
                let length = self.units.text().len() + separators.text().len();
                let mut text = self.lead;
                text.reserve(length);
                for (unit, separator) in self.units.iter().zip(separators.iter()) {
                    text.push_str(unit);
                    text.push_str(separator);
                }
                text
            }
        }
    }

    /// Where the parts of what [`join`](Self::join) gives come from.
    pub(crate) fn origins(&self) -> Origins {
        let mut at = self.lead.len();
        let mut parts = self.lead_parts.clone();
        parts.reserve(self.units.len());
        for (index, unit) in self.units.iter().enumerate() {
            parts.push((at, self.positions.get(index)));
            at += unit.len()
                + match &self.separators {
                    Separators::Lines { .. } => 1,
                    Separators::Kept(kept) => kept.get(index).map_or(0, str::len),
                };
        }
        Origins::of_parts(parts)
    }
}

fn join_lines(units: &Units, ends_bare: bool) -> String {
    let mut text = String::with_capacity(units.text().len() + units.len());
    for unit in units.iter() {
        text.push_str(unit);
        text.push('\n');
    }
    if ends_bare {
        text.pop();
    }
    text
}

/// Units and kept separators, while a text is gone through.
struct Builder<'t> {
    text: &'t str,
    lead: &'t str,
    units: Units,
    separators: Units,
    starts: Vec<usize>,
}

impl<'t> Builder<'t> {
    fn new(text: &'t str) -> Self {
        let units = Units::with_capacity(0, text.len());
        Self { text, lead: "", units, separators: Units::new(), starts: Vec::new() }
    }

    /// A unit from `start` to `end`, and behind it a separator up to `next`.
    fn push(&mut self, start: usize, end: usize, next: usize) -> Result<()> {
        self.starts.push(start);
        self.units.push(&self.text[start..end])?;
        self.separators.push(&self.text[end..next])
    }

    fn records(mut self, separator: &regex::Regex) -> Result<Self> {
        let mut start = 0;
        for found in separator.find_iter(self.text) {
            self.push(start, found.start(), found.end())?;
            start = found.end();
        }
        if start < self.text.len() {
            self.push(start, self.text.len(), self.text.len())?;
        }
        Ok(self)
    }

    fn paragraphs(mut self) -> Result<Self> {
        // Where the paragraph begins, and where its last line that isn't blank ends.
        let mut open: Option<(usize, usize)> = None;
        let mut after_blank = false;
        let mut start = 0;
        for line in self.text.split_inclusive('\n') {
            let (end, next) = (start + without_end(line).len(), start + line.len());
            let is_blank = line.trim().is_empty();
            if !is_blank
                && after_blank
                && let Some((from, to)) = open.take()
            {
                self.push(from, to, start)?;
            }
            match open {
                None if is_blank => self.lead = &self.text[..next],
                _ if is_blank => {}
                _ => open = Some((open.map_or(start, |(from, _)| from), end)),
            }
            after_blank = is_blank;
            start = next;
        }
        if let Some((from, to)) = open {
            self.push(from, to, self.text.len())?;
        }
        Ok(self)
    }

    fn build<'a>(self, unit: &'a Unit, origins: &Origins) -> Split<'a> {
        let positions = Positions::Each(origins.positions(self.text, &self.starts));
        let separators = Separators::Kept(self.separators);
        let starts = line_starts(self.lead);
        let places = origins.positions(self.lead, &starts);
        let lead_parts = starts.into_iter().zip(places).collect();
        let lead = self.lead.to_owned();
        Split { unit, lead, lead_parts, units: self.units, positions, separators }
    }
}

fn line_starts(text: &str) -> Vec<usize> {
    let starts = text.split_inclusive('\n').scan(0, |end, line| {
        let start = *end;
        *end += line.len();
        Some(start)
    });
    starts.collect()
}

fn without_end(line: &str) -> &str {
    let line = line.strip_suffix('\n').unwrap_or(line);
    line.strip_suffix('\r').unwrap_or(line)
}

#[cfg(test)]
#[path = "split_tests.rs"]
mod tests;
