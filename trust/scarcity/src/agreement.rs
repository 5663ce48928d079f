//! What contributors and aggregator agree on: a checked specification and the sums it takes.

use consilium_mailbox::PartyId;
use consilium_secagg::{Bits, SumNumber, SumShape, group};

use crate::{
    layout::Layout,
    noise::Scale,
    specification::{BadSpecification, MOST_CELLS, Sketch, Specification},
};

/// The width of a bucket.
pub(crate) const BUCKET: u8 = 32;

/// A specification that makes sense.
#[derive(Clone, Debug)]
pub struct Agreement {
    spec: Specification,
    layout: Layout,
    scale: Scale,
}

impl Agreement {
    /// Checks a specification.
    ///
    /// # Errors
    ///
    /// [`BadSpecification`] says what makes no sense, is too much, or leaves noise no room.
    pub fn new(spec: Specification) -> Result<Agreement, BadSpecification> {
        spec.check()?;
        let layout = Layout::new(&spec);
        let cells = layout.len();
        if cells > MOST_CELLS {
            return Err(BadSpecification::TooManyCells { cells });
        }
        let scale = Scale::new(&spec, layout.touched())?;
        Ok(Agreement {
            spec,
            layout,
            scale,
        })
    }

    /// Gives the specification.
    pub fn specification(&self) -> &Specification {
        &self.spec
    }

    /// Gives how many sums are opened, whatever the rows: they are numbered from the first on.
    pub fn sums(&self) -> u32 {
        1 + u32::from(self.spec.sketch.is_some())
    }

    /// Gives the cells of all tables, each an element of 64 bits, and behind them the checks.
    pub fn cells(&self) -> usize {
        self.layout.len() + group::TAIL
    }

    /// Gives the buckets of all vectors of so many contributors, each an element of 32 bits; 0 if entities
    /// are not counted.
    pub fn buckets(&self, contributors: usize) -> usize {
        let of = |sketch: &Sketch| sketch.buckets as usize * (contributors + 1);
        self.spec.sketch.as_ref().map_or(0, of)
    }

    /// Gives the standard deviation of the noise of so many contributors on each cell, in rows.
    pub fn deviation(&self, contributors: usize) -> f64 {
        self.scale.deviation(contributors)
    }

    pub(crate) fn layout(&self) -> &Layout {
        &self.layout
    }

    pub(crate) fn scale(&self) -> &Scale {
        &self.scale
    }

    /// Gives the shape of the tables' sum.
    pub(crate) fn tables_shape(&self, first: SumNumber, roster: &[PartyId]) -> SumShape {
        SumShape::asking(
            (first, self.cells(), Bits::WIDEST),
            ("scarcity.1.tables", &(&self.spec, roster)),
        )
    }

    /// Gives the shape of the sketch's sum.
    pub(crate) fn sketch_shape(&self, first: SumNumber, roster: &[PartyId]) -> SumShape {
        let number = SumNumber(first.0.saturating_add(1));
        let bits = Bits::new(BUCKET).unwrap_or(Bits::WIDEST);
        SumShape::asking(
            (number, self.buckets(roster.len()), bits),
            ("scarcity.1.sketch", &(&self.spec, roster)),
        )
    }
}
