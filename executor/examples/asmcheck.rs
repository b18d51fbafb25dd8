fn main() {
    let path = std::env::args().nth(1).unwrap();
    let o = zkrom_asm::Options { require_headers: true, ..Default::default() };
    match zkrom_asm::assemble(std::path::Path::new(&path), &zkrom_asm::Files::Disk, &o) {
        Ok(a) => println!("ok {} rows", a.image.instrs.len()),
        Err(e) => { println!("{}", e.render()); std::process::exit(1) }
    }
}
