//! Values that must not be seen.

use zeroize::Zeroize;

/// A value that is wiped on drop and can't be printed, serialised or compared.
///
/// Compare what [`expose`](Secret::expose) gives with `subtle`.
#[expect(missing_debug_implementations, reason = "a secret is never printed")]
pub struct Secret<T: Zeroize>(T);

impl<T: Zeroize> Secret<T> {
    /// Takes a value into custody.
    pub fn new(value: T) -> Secret<T> {
        Secret(value)
    }

    /// Shows the value.
    pub fn expose(&self) -> &T {
        &self.0
    }

    /// Shows the value, to be changed in place.
    pub fn expose_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

impl<T: Zeroize> Drop for Secret<T> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl<T: Zeroize> From<T> for Secret<T> {
    fn from(value: T) -> Secret<T> {
        Secret(value)
    }
}
