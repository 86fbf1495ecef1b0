// The blocks of the builder: a name, an icon, and what is put in. Those of one column go into a section of their own when they
// are dropped outside of one.
const column = (content, section = "") => `<mj-section${section}><mj-column>${content}</mj-column></mj-section>`;
const FOOTER = `<mj-text align="center" font-size="12px" color="#5b645f"><p>{{ shop.name }}</p><p>{{ shop.footer }}</p><p><a href="{{ message.unsubscribe_url }}">Unsubscribe</a> · <a href="{{ message.preferences_url }}">Choose what you get</a></p></mj-text>`;
const PRODUCT = `<mj-section padding-top="8px" padding-bottom="8px"><mj-column width="30%"><mj-image src="{{ item.image_url }}" alt="{{ item.name }}" href="{{ item.url }}" padding-left="10px" padding-right="10px"></mj-image></mj-column><mj-column width="70%"><mj-text font-size="16px"><strong>{{ item.name }}</strong></mj-text><mj-text>{{ item.price | money }}</mj-text><mj-button align="left" href="{{ item.url }}" background-color="{{ shop.colour }}" color="{{ shop.ink }}" border-radius="6px">See it</mj-button></mj-column></mj-section>`;

export const BLOCKS = [
  { group: "Content" },
  { id: "text", label: "Text", icon: "text", mjml: "<mj-text><p>Write here.</p></mj-text>", inner: true },
  { id: "image", label: "Picture", icon: "image", mjml: '<mj-image src="" alt=""></mj-image>', inner: true },
  { id: "button", label: "Button", icon: "mouse-pointer-click", mjml: '<mj-button href="https://" background-color="{{ shop.colour }}" color="{{ shop.ink }}" border-radius="6px">See more</mj-button>', inner: true },
  { id: "divider", label: "Line", icon: "minus", mjml: '<mj-divider border-width="1px" border-color="#d9ddd9"></mj-divider>', inner: true },
  { id: "spacer", label: "Space", icon: "unfold-vertical", mjml: '<mj-spacer height="24px"></mj-spacer>', inner: true },
  { group: "Layout" },
  { id: "one", label: "One column", icon: "square", mjml: column("") },
  { id: "two", label: "Two columns", icon: "columns-2", mjml: "<mj-section><mj-column></mj-column><mj-column></mj-column></mj-section>" },
  { id: "three", label: "Three columns", icon: "columns-3", mjml: "<mj-section><mj-column></mj-column><mj-column></mj-column><mj-column></mj-column></mj-section>" },
  { group: "For shops" },
  { id: "header", label: "Header with logo", icon: "panel-top", mjml: column('<mj-image src="{{ shop.logo_url }}" alt="{{ shop.name }}" width="140px"></mj-image>', ' background-color="#ffffff"') },
  { id: "products", label: "Product list", icon: "package", mjml: `<mj-raw>{% for item in data.items %}</mj-raw>${PRODUCT}<mj-raw>{% endfor %}</mj-raw>` },
  { id: "segment", label: "For a segment", icon: "layers", mjml: `<mj-raw>{% if in_segment("") %}</mj-raw>${column("<mj-text><p>Only customers in the segment see this.</p></mj-text>")}<mj-raw>{% endif %}</mj-raw>` },
  { id: "condition", label: "Only if…", icon: "git-merge", mjml: `<mj-raw>{% if data.code %}</mj-raw>${column('<mj-text align="center" font-size="20px"><strong>{{ data.code }}</strong></mj-text>')}<mj-raw>{% endif %}</mj-raw>` },
  { id: "footer", label: "Footer", icon: "panel-bottom", mjml: column(FOOTER) },
];
