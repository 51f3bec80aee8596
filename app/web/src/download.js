// Saving text that the page holds as a file on the reader's machine.

/** Save `text` as a file. */
export function saveText(name, mediaType, text) {
  const address = URL.createObjectURL(new Blob([text], { type: mediaType }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
