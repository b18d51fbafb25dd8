//! Column layouts as structs.
//!
//! [`columns!`](crate::columns!) declares a `#[repr(C)]` struct generic over the cell type whose fields are cells or (nested) arrays of cells,
//! so that a row slice can be viewed as the struct, and every column has a name for reports.

/// A struct that consists of cells of type `T` and nothing else.
///
/// # Safety
///
/// The type must be `#[repr(C)]` (or an array) with all leaves of type `T`.
#[allow(unsafe_code)]
pub unsafe trait Columns<T>: Sized {}

/// Views a row as a column struct.
///
/// # Panics
///
/// Where the row's length is not the struct's width.
#[must_use]
#[allow(unsafe_code)]
pub fn view<T, C: Columns<T>>(row: &[T]) -> &C {
    assert_eq!(size_of_val(row), size_of::<C>(), "row length does not match the column struct");
    assert_eq!(align_of::<T>(), align_of::<C>());
    // SAFETY: by the trait's contract `C` is laid out as `[T; n]`, and `n` was checked.
    unsafe { &*row.as_ptr().cast::<C>() }
}

/// Views a row as a column struct, mutably.
///
/// # Panics
///
/// Where the row's length is not the struct's width.
#[allow(unsafe_code)]
pub fn view_mut<T, C: Columns<T>>(row: &mut [T]) -> &mut C {
    assert_eq!(size_of_val(row), size_of::<C>(), "row length does not match the column struct");
    assert_eq!(align_of::<T>(), align_of::<C>());
    // SAFETY: as in `view`.
    unsafe { &mut *row.as_mut_ptr().cast::<C>() }
}

/// The cells of a column struct, in order.
#[must_use]
#[allow(unsafe_code)]
pub fn cells<T, C: Columns<T>>(cols: &C) -> &[T] {
    assert_eq!(align_of::<T>(), align_of::<C>());
    // SAFETY: by the trait's contract `C` is laid out as `[T; n]`.
    unsafe {
        core::slice::from_raw_parts(core::ptr::from_ref(cols).cast::<T>(), size_of::<C>() / size_of::<T>())
    }
}

/// Names of all columns from the names and byte offsets (at one byte a cell) of the fields.
#[must_use]
pub fn names(fields: &[(&str, usize)], width: usize) -> Vec<String> {
    let mut out = Vec::with_capacity(width);
    for (i, &(name, start)) in fields.iter().enumerate() {
        let end = fields.get(i + 1).map_or(width, |f| f.1);
        if end == start + 1 {
            out.push(name.to_owned());
        } else {
            out.extend((0..end - start).map(|k| format!("{name}[{k}]")));
        }
    }
    out
}

/// Declares a column struct; see the module [`columns`](mod@crate::columns).
///
/// ```
/// zkrom_stark::columns! {
///     /// Columns of a squaring chip.
///     pub struct SquareCols<T> {
///         /// The number.
///         pub x: T,
///         /// Its limbs.
///         pub limbs: [T; 2],
///     }
/// }
/// assert_eq!(SquareCols::WIDTH, 3);
/// assert_eq!(SquareCols::names(), ["x", "limbs[0]", "limbs[1]"]);
/// ```
#[macro_export]
macro_rules! columns {
    ($(#[$meta:meta])* $vis:vis struct $name:ident<T> { $( $(#[$fmeta:meta])* $fvis:vis $field:ident : $ty:ty ),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug)]
        #[repr(C)]
        $vis struct $name<T> { $( $(#[$fmeta])* $fvis $field: $ty ),* }

        #[allow(unsafe_code)]
        // SAFETY: `#[repr(C)]`, and the fields are cells or arrays of cells (checked by `WIDTH` on bytes).
        unsafe impl<T> $crate::columns::Columns<T> for $name<T> {}

        impl $name<u8> {
            /// Number of columns.
            pub const WIDTH: usize = size_of::<$name<u8>>();

            /// Names of the columns, in order.
            #[must_use]
            pub fn names() -> Vec<String> {
                $crate::columns::names(&[$((stringify!($field), core::mem::offset_of!($name<u8>, $field))),*], Self::WIDTH)
            }
        }
    };
}
