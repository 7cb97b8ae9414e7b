// Reads a list of posts as JSON.
import { batch, connector, http, item, streamInfo, z } from "hark-sdk";

export default connector({
  settings: z.strictObject({ url: z.string().describe("Address of the list.") }),
  manifest: () => ({ id: "hello", version: "0.1.0", hosts: ["{url}"], streams: [streamInfo({ name: "posts" })] }),
  read(settings, request) {
    const page = http.get(settings.url).send().ok();
    const posts = page.json();
    return batch({
      events: posts.map((post) => item({ id: post.id, text: post.text, publishedAt: post.at, origin: page.origin() })),
    });
  },
});
