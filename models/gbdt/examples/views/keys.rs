//! The label holder's randomness.

use std::{
    convert::Infallible,
    sync::{Arc, Mutex},
};

use consilium_base::Generator;
use consilium_gbdt::vertical::{LabelSide, Watch};
use rand_core::{Rng as _, TryCryptoRng, TryRng};

use crate::seed;

/// It begins anew with every tree, so that its keys, which are
/// drawn first, can be drawn again.
#[derive(Clone)]
pub(crate) struct Keys {
    seed: u64,
    here: Arc<Mutex<Generator>>,
}

impl Keys {
    pub(crate) fn of(seed: u64) -> Keys {
        let here = Arc::new(Mutex::new(Keys::of_tree(seed, 0)));
        Keys { seed, here }
    }

    pub(crate) fn of_tree(of: u64, tree: u32) -> Generator {
        seed(of, &format!("keys of tree {tree}")).generator()
    }

    fn with<T>(&self, draw: impl FnOnce(&mut Generator) -> T) -> T {
        let mut here = self.here.lock().expect("nobody panics while it draws");
        draw(&mut here)
    }
}

impl Watch<LabelSide> for Keys {
    fn keep(&mut self, side: &LabelSide) -> Result<(), String> {
        let next = Keys::of_tree(self.seed, side.trees());
        self.with(|here| *here = next);
        Ok(())
    }
}

impl TryRng for Keys {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.with(Generator::next_u32))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.with(Generator::next_u64))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.with(|here| here.fill_bytes(bytes));
        Ok(())
    }
}

impl TryCryptoRng for Keys {}
