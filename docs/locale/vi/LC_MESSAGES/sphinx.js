Documentation.addTranslations({
    "locale": "vi",
    "messages": {
        ", in ": ", trong ",
        "Hide Search Matches": "Bỏ tô sáng",
        "Preparing search...": "Đang chuẩn bị…",
        "Search Results": "Kết quả",
        "Search finished, found one page matching the search query.": ["Tìm thấy ${resultCount} trang."],
        "Searching": "Đang tìm",
        "Your search did not match any documents. Please make sure that all words are spelled correctly and that you've selected enough categories.": "Không trang nào có những chữ ấy. Có thể gõ không dấu; hãy dùng ít chữ hơn."
    },
    "plural_expr": "0"
});
