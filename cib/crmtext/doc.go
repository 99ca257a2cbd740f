// Package crmtext is the one bridge between the crm language and the CIB:
// statements to XML elements and back.
//
// Into the document:
//
//	ed := crmtext.NewEditor(doc)   // indexes the ids once; keep it for many statements
//	err := ed.Create(stmt)         // typed at the prompt: refuses an object that exists
//	err := ed.Apply(stmt)          // from a file or an editor: makes or replaces
//	errs := ed.ApplyAll(stmts)     // a whole text, in the order that references need
//	notes := ed.Notes()            // what was changed besides, for people
//
// A statement is applied whole or not at all. New ids are made as crmsh makes
// them; those of an object that is replaced are kept where its parts can be
// recognised. A node and a property set are merged into what is there.
//
// Out of the document:
//
//	text := crmtext.Show(doc)      // all objects, in crmsh's order and layout
//	text, err := crmtext.Object(doc, id)
//	objects := crmtext.Objects(doc)  // what there is: kind, id, element
//	p := crmtext.NewPrinter(doc)     // for many: p.Text(objects...), p.Hide, p.KeepReferred
//
// What the language cannot say is shown as an xml statement, so that nothing
// is ever left out. Text that a Printer with KeepReferred wrote gives the same
// configuration when it is applied; Show leaves ids out that others refer to,
// as crmsh does.
//
// The package never touches files, clocks or the network.
package crmtext
