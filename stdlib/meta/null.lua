---@meta

---SQL NULL inside a table or a document, where nil would be no entry at all. It counts as true.
---@class null: lightuserdata
null = nil
